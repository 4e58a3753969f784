import type { TextTable } from "../plain-table.ts";
import { html, type Html } from "./markup.ts";

/** A table of texts; the first cell of a row is its head. */
export function textTable({ head, rows }: TextTable): Html {
  return html`<table>
    <thead>
      <tr>
        ${head.map((name) => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first = "", ...rest]) =>
          html`<tr>
            <th>${first}</th>
            ${rest.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
