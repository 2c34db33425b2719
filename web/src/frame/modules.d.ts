/** A package without types of its own; `plotly.ts` states what it uses of them. */
declare module "plotly.js-basic-dist-min";
