/** What can be done on every page of the site. */
import { THEME_CHOICES } from "../../state/address.ts";
import { choose, LANGUAGES } from "../../state/language.ts";
import type { SiteCommand } from "../commands.ts";
import type { Site } from "../site.ts";
import { common } from "../strings/common.ts";
import { palette as words } from "../strings/palette.ts";
import { inWords } from "../ui/problems.ts";

export async function siteCommands(site: Site): Promise<readonly SiteCommand[]> {
  const person = site.person.peek();
  const looks = { auto: common.themeAuto, light: common.themeLight, dark: common.themeDark };
  const anybody: readonly SiteCommand[] = [
    ...LANGUAGES.map((code) => ({
      name: words.speak({ name: code === "en" ? "English" : "Deutsch" }),
      run: () => choose(code),
    })),
    ...THEME_CHOICES.map((choice) => ({
      name: words.look({ name: looks[choice]() }),
      run: () => site.chooseTheme(choice),
    })),
  ];
  if (!person) return anybody;
  const going = (name: string, path: string): SiteCommand => ({
    name: words.goTo({ name }),
    run: () => site.router.go(path),
  });
  return [
    going(common.projects(), "/projects"),
    { name: words.newProject(), run: () => site.router.go("/projects?new") },
    going(common.settings(), "/settings"),
    ...(person.is_admin ? [going(common.administration(), "/admin")] : []),
    ...(await places(site).catch(() => [])),
    ...anybody,
    { name: common.signOut(), run: () => site.signOut().catch((error) => site.toasts.complain(inWords(error))) },
  ];
}

/** The projects, and the files that were open in them last. */
async function places({ projects, router, session }: Site): Promise<readonly SiteCommand[]> {
  const { projects: listed } = await projects.list(false);
  return listed.flatMap(({ project_id: id, title }) => [
    { name: title, about: words.project(), run: () => router.go(`/projects/${id}/files/`) },
    ...session.recall(id).map((path) => ({
      name: path,
      about: title,
      run: () => router.go(`/projects/${id}/files/${path.split("/").map(encodeURIComponent).join("/")}`),
    })),
  ]);
}
