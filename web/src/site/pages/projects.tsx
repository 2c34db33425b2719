/** The projects of whoever has signed in. */
import type { VNode } from "preact";
import { list, object, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { projects } from "../strings/projects.ts";
import { Empty, LoadedView } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

const shape = list(object({ project_id: text, title: text }));

export function Page(): VNode {
  const { api, router } = useSite();
  const loading = useLoading((signal) => api.call("/projects/get", { limit: 1000 }, shape, signal), [api]);
  return (
    <main class="page">
      <div class="page-head">
        <h1>{projects.title()}</h1>
      </div>
      <LoadedView of={loading} rows={8}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={projects.none()}>
              <p>{projects.noneAdvice()}</p>
            </Empty>
          ) : (
            <table class="table">
              <tbody>
                {found.map((project) => (
                  <tr key={project.project_id}>
                    <td>
                      <a href={router.href(`/projects/${project.project_id}/files/`)}>{project.title}</a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadedView>
    </main>
  );
}
