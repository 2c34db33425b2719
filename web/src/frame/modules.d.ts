/** Packages without types of their own; `plotly.ts` states what it uses of them. */
declare module "plotly.js-basic-dist-min";
declare module "plotly.js-dist-min";
