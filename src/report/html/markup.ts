/** Text that is known to be safe markup. */
export interface Html {
  readonly text: string;
}

type Part = string | number | Html | readonly Part[];

/** Builds markup; everything put into it is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { text: strings.reduce((text, piece, i) => text + textOf(parts[i - 1]!) + piece) };
}

/** Text with the characters that mean something in HTML written as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function textOf(part: Part): string {
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return "text" in part ? part.text : part.map(textOf).join("");
}
