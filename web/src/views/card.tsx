/** A card in the middle of the page: what is the matter, and what can be done about it. */
import type { ComponentChildren } from "preact";
import { said, say } from "../state/say.ts";

export interface CardProps {
  readonly tone: "plain" | "good" | "warn" | "bad";
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Card({ tone, title, children }: CardProps) {
  return (
    <div class={`card card-${tone}`}>
      <h1 class="card-title">{title}</h1>
      {children}
    </div>
  );
}

/** What a card offers to do. */
export function Choices({ children }: { readonly children: ComponentChildren }) {
  return <p class="card-choices">{children}</p>;
}

export function TryAgain({ act }: { readonly act: () => unknown }) {
  return (
    <button type="button" onClick={() => void act()}>
      {say("Try again")}
    </button>
  );
}

/** A message of the server as a sentence of a page. */
export function sentence(message: string): string {
  const told = said(message);
  const text = told.charAt(0).toUpperCase() + told.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
