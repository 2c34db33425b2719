/** The files of a directory of a project. */
import type { VNode } from "preact";
import { project } from "../../strings/project.ts";

export function Page(): VNode {
  return (
    <main class="page">
      <h1>{project.files()}</h1>
    </main>
  );
}
