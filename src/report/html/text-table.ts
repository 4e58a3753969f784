import type { TextTable } from "../explore/explore-tables.ts";
import { html, type Html } from "./markup.ts";

/** A table of texts whose first column names the rows. */
export function textTable({ head, rows }: TextTable): Html {
  return html`<table>
    <thead>
      <tr>
        ${head.map((name) => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first = "", ...cells]) =>
          html`<tr>
            <th>${first}</th>
            ${cells.map((text) => html`<td>${text}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
