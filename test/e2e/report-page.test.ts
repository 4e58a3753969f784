import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needs } from "../support/needs.ts";
import { ador, SMALL_SCENARIO, workFolder } from "./ador.ts";

const CHROMIUM = "/usr/bin/chromium";
const withBrowser = needs(existsSync(CHROMIUM), `${CHROMIUM} (Debian package chromium)`);

describe("report.html in a browser", () => {
  const folder = workFolder({
    "two.yaml": SMALL_SCENARIO.replace(
      "device: a100-80gb",
      "systems:\n  first: { device: a100-80gb }\n  second: { device: ador-recalled }",
    ),
  });
  let browser: Browser;

  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) return;
    ador(["run", "two.yaml", "--out", "out"], { cwd: folder });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    if (existsSync(CHROMIUM)) await browser.close();
  });

  async function open(
    name: string,
    colorScheme: "light" | "dark",
  ): Promise<{ page: Page; troubles: string[] }> {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } });
    const troubles: string[] = [];
    const address = pathToFileURL(join(folder, "out", name)).href;
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => troubles.push(message.text()));
    page.on("request", (request) => {
      if (request.url() !== address && !request.url().startsWith("data:")) troubles.push(request.url());
    });
    await page.goto(address);
    return { page, troubles };
  }

  /** Pixels of a chart that are not its background, as a fingerprint of what is drawn. */
  const inkOf = (page: Page, id: string): Promise<number> =>
    page.evaluate<number>(`(() => {
      const canvas = document.querySelector("#chart-${id} canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) sum += data[i - 3] + 3 * data[i - 2] + 7 * data[i - 1];
      return sum;
    })()`);

  const CHARTS = ["ttft", "tbt", "e2e", "ttft-by-prompt", "timeline-requests", "timeline-kv"];

  for (const [name, scheme] of [
    ["report.html", "light"],
    ["first/report.html", "dark"],
  ] as const) {
    withBrowser(
      `${name} draws all its charts in the ${scheme} theme, without errors or requests`,
      async () => {
        const { page, troubles } = await open(name, scheme);
        for (const id of CHARTS) expect(await inkOf(page, id), id).toBeGreaterThan(10_000);
        expect(troubles).toEqual([]);
        await page.close();
      },
    );
  }

  withBrowser("the theme switch and the tail view draw anew", async () => {
    const { page, troubles } = await open("report.html", "light");
    const first = await inkOf(page, "ttft");
    await page.click('button[data-tail="ttft"]');
    const tail = await inkOf(page, "ttft");
    expect(tail).not.toBe(first);
    expect(await page.getAttribute('button[data-tail="ttft"]', "aria-pressed")).toBe("true");
    await page.click("#theme");
    expect(await inkOf(page, "ttft")).not.toBe(tail);
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
    expect(troubles).toEqual([]);
    await page.close();
  });

  withBrowser("nothing is wider than the page, on a wide or a narrow screen", async () => {
    const { page } = await open("report.html", "light");
    for (const width of [1200, 400]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
    await page.close();
  });
});
