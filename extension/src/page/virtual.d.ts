declare module "virtual:page-script" {
  /** The page script, built by scripts/page-script.mjs. */
  const source: string;
  export default source;
}
