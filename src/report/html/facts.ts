import type { RunReport } from "../run-report.ts";
import { systemHeads } from "./figures.ts";
import { html, type Html } from "./markup.ts";

/** Every setting of every system, defaults included; those in which the systems differ stand out. */
export function settingsTable(reports: readonly RunReport[]): Html {
  const overridden = [
    ...new Set(reports.flatMap(({ system }) => Object.keys(system.settings.device_overrides))),
  ];
  const flat = reports.map(
    ({ system: { settings } }): Readonly<Record<string, string | number | boolean>> => ({
      model: settings.model,
      device: settings.device,
      ...(overridden.length > 0 && { "device.base": settings.device_base }),
      ...Object.fromEntries(
        overridden.map((path) => [
          `device.${path}`,
          String(settings.device_overrides[path] ?? "as the base"),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(settings.precision).map(([key, value]) => [`precision.${key}`, value]),
      ),
      ...settings.cluster,
      ...settings.serving,
    }),
  );
  const keys = [...new Set(flat.flatMap((settings) => Object.keys(settings)))];
  const rows = keys.map((key) => {
    const values = flat.map((settings) => settingText(settings[key]));
    const differs = new Set(values).size > 1;
    const cells = values.map((value) =>
      differs ? html`<td class="differs">${value}</td>` : html`<td>${value}</td>`,
    );
    return html`<tr>
      <th><code>${key}</code></th>
      ${cells}
    </tr>`;
  });
  return systemsTable("Setting", reports, rows);
}

/** The laws that every run is held to; the numbers that were compared show on hovering. */
export function auditTable(reports: readonly RunReport[]): Html {
  // Not every law is asked of every system: some hold only without caches, pools or interruption.
  const laws = [...new Set(reports.flatMap(({ outcome }) => outcome.metrics.audit.map(({ law }) => law)))];
  const rows = laws.map((law) => {
    const cells = reports.map(({ outcome }) => {
      const check = outcome.metrics.audit.find((of) => of.law === law);
      if (check === undefined) return html`<td>-</td>`;
      return html`<td class="${check.passed ? "good" : "bad"}" title="${check.detail}">
        ${check.passed ? "holds" : "broken"}
      </td>`;
    });
    return html`<tr>
      <th>${law}</th>
      ${cells}
    </tr>`;
  });
  return systemsTable("Law", reports, rows);
}

function settingText(value: object | string | number | boolean | undefined): string {
  return typeof value === "object" ? Object.values(value).join(" ") : String(value ?? "-");
}

/** A card with a column for each system. */
function systemsTable(head: string, reports: readonly RunReport[], rows: readonly Html[]): Html {
  return html`<div class="card">
    <table>
      <thead>
        <tr>
          <th>${head}</th>
          ${systemHeads(reports)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function warningList(texts: readonly string[]): Html | string {
  if (texts.length === 0) return "";
  return html`<h2>Warnings</h2>
    <div class="card">${texts.map((text) => html`<p class="note">${text}</p>`)}</div>`;
}
