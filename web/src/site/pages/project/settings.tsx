/** What a project is called, who works on it, and what it may use. */
import type { VNode } from "preact";
import { project } from "../../strings/project.ts";

export function Page(): VNode {
  return (
    <main class="page">
      <h1>{project.settings()}</h1>
    </main>
  );
}
