/** What the people of a project have done, the newest first. */
import type { VNode } from "preact";
import { project } from "../../strings/project.ts";

export function Page(): VNode {
  return (
    <main class="page">
      <h1>{project.log()}</h1>
    </main>
  );
}
