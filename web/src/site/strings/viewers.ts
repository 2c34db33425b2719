import { strings } from "../strings.ts";

export const viewers = strings({
  file: ["File", "Datei"],
  download: ["Download", "Herunterladen"],
  downloadFailed: ["It could not be downloaded: {why}", "Das Herunterladen ist gescheitert: {why}"],
  loading: ["Loading…", "Wird geladen…"],
  notShown: [
    "This type of file cannot be shown here. Download it to open it with a program of yours.",
    "Dateien dieser Art können hier nicht angezeigt werden. Laden Sie sie herunter, um sie zu öffnen.",
  ],
  type: ["Type", "Art"],
  size: ["Size", "Größe"],
  image: ["Image", "Bild"],
  fit: ["Fit", "Einpassen"],
  fullSize: ["100 %", "100 %"],
  pixels: ["{width} × {height} pixels", "{width} × {height} Pixel"],
  pages: ["Pages", "Seiten"],
  page: ["Page", "Seite"],
  ofPages: ["of {count}", "von {count}"],
  smaller: ["Smaller", "Kleiner"],
  larger: ["Larger", "Größer"],
  fitWidth: ["Fit the width", "An die Breite anpassen"],
});
