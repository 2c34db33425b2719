/** HTML with its scripts, which run one after the other as in a page that is loaded. */

export async function insertHtml(html: string, section: HTMLElement): Promise<void> {
  const template = document.createElement("template");
  template.innerHTML = html;
  section.append(template.content);
  for (const inert of section.querySelectorAll("script")) await revive(inert);
}

/** As IPython's `display(Javascript(…))` expects it: `element` is where the output stands. */
export function runScript(code: string, section: HTMLElement): void {
  new Function("element", code).call(window, section);
}

/** Scripts of a template never run; an equal one that is made anew does. A module or a failed load holds up nothing. */
function revive(inert: HTMLScriptElement): Promise<void> {
  const script = document.createElement("script");
  for (const { name, value } of inert.attributes) script.setAttribute(name, value);
  script.textContent = inert.textContent;
  script.async = false;
  return new Promise((resolve) => {
    const waits = script.src !== "" && script.type !== "module";
    script.onload = script.onerror = () => resolve();
    inert.replaceWith(script);
    if (!waits) resolve();
  });
}
