import type { OpenApi } from './openapi.ts';

/** The document for people, as one page that needs nothing else. */
export const openApiPage = ({ info, paths, components, openapi }: OpenApi): string => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      section(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const schemas = Object.entries(components.schemas).map(([name, schema]) => section(name, schema));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)}: REST</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto;font-size:14px}:root{color-scheme:light dark}</style>
</head><body><h1>${text(info.title)} ${text(info.version)}: REST</h1>
<p>For programs: <a href="/openapi.json">openapi.json</a>, OpenAPI ${text(openapi)}.</p>
<pre>${text(info.description)}</pre>
<h2>Addresses</h2>${operations.join('')}
<h2>Shapes</h2>${schemas.join('')}
</body></html>
`;
};

const section = (title: string, content: unknown): string =>
  `<details><summary><code>${text(title)}</code>${summaryOf(content)}</summary><pre>${text(JSON.stringify(content, null, 2))}</pre></details>`;

const summaryOf = (content: unknown): string => {
  const { summary, description } = content as { summary?: string; description?: string };
  const words = summary ?? description;
  return words === undefined ? '' : ` ${text(words)}`;
};

const text = (raw: string): string =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
