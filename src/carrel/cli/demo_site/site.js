/** A course page that embeds a notebook with @carrel/embed and shows what the two tell each other. */

import { embed } from "./carrel-embed.js";

const element = (id) => document.getElementById(id);
const { server, projectId, notebook, notes } = await (await fetch("course.json")).json();
const inFrame = ["open", "run", "save", "export", "notes", "closeall"];

async function getToken() {
  const reply = await fetch("token", { method: "POST" });
  if (!reply.ok) throw new Error(await reply.text());
  return (await reply.json()).auth_token;
}

const frame = embed({ server, target: "#frame", title: "Waves that meet", theme: theme(), getToken, trace: log });

/* ---- what the reader can do ---- */

const actions = {
  open: () => show(notebook),
  notes: () => show(notes),
  run: () => frame.run(),
  save: () => frame.save().then(() => tell("saved", "saved", "good")),
  closeall: () => frame.closeAll(),
  status: () => frame.status(),
  export: async () => download(await frame.export("py", { projectId, path: notebook })),
};
for (const [id, action] of Object.entries(actions)) element(id).onclick = () => attempt(id, action);
element("clear").onclick = () => element("log").replaceChildren();
element("theme").onclick = () => {
  document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
  dress();
  attempt("theme", () => frame.setTheme(theme()));
};
dress();

/** Do it with its button busy, and afterwards offer what is possible now. */
async function attempt(id, action) {
  const button = element(id);
  button.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    tell("state", `${error.code ?? "error"}: ${error.message}`, "bad");
  } finally {
    button.removeAttribute("aria-busy");
    await offer();
  }
}

async function show(path) {
  await frame.open({ projectId, path });
  element("file").textContent = path;
}

async function offer() {
  const { openFiles } = await frame.status();
  const open = (openFiles[projectId] ?? []).length > 0;
  if (!open) {
    element("file").textContent = "nothing open";
    for (const id of ["kernel", "saved"]) element(id).hidden = true;
  }
  for (const id of inFrame) element(id).disabled = !open && id !== "open";
  element("open").classList.toggle("primary", !open);
  element("run").classList.toggle("primary", open);
}

/* ---- what the frame tells ---- */

frame.ready.then(
  () => tell("state", "ready", "good"),
  (error) => tell("state", `${error.code}: ${error.message}`, "bad"),
);
frame.ready.then(offer, () => {});
frame.on("kernel", ({ state }) => tell("kernel", `kernel ${state}`, state === "dead" ? "bad" : "good"));
frame.on("dirty", ({ dirty }) => dirty && tell("saved", "edited", "wait"));
frame.on("saved", () => tell("saved", "saved", "good"));
frame.on("blocked", ({ path }) => tell("state", `blocked: ${path}`, "wait"));

function tell(id, text, state) {
  Object.assign(element(id), { textContent: text, hidden: false });
  element(id).dataset.state = state;
}

/* ---- the log ---- */

function log(direction, message) {
  const text = JSON.stringify(message, (key, value) => (key === "auth_token" ? "••••" : printable(value)), 1);
  const line = document.createElement("li");
  line.dataset.direction = direction;
  for (const [name, content] of [
    ["time", new Date().toLocaleTimeString([], { hour12: false })],
    ["b", direction === "out" ? "page → frame" : "frame → page"],
    ["code", text.replace(/\n\s*/g, " ")],
  ]) line.append(Object.assign(document.createElement(name), { textContent: content }), " ");
  const list = element("log");
  list.append(line);
  while (list.childElementCount > 200) list.firstChild.remove();
  list.scrollTop = list.scrollHeight;
}

function printable(value) {
  return value instanceof ArrayBuffer ? `${value.byteLength} bytes` : value;
}

/* ---- small things ---- */

function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return document.documentElement.dataset.theme ?? dark;
}

function dress() {
  document.documentElement.dataset.theme = theme();
  element("theme").textContent = theme() === "dark" ? "Light" : "Dark";
  element("theme").setAttribute("aria-pressed", String(theme() === "dark"));
}

function download({ filename, mime, data }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type: mime }));
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
