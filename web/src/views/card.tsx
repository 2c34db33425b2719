/** A card in the middle of the page: what is the matter, and what can be done about it. */
import type { ComponentChildren } from "preact";

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
