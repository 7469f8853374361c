import type { Operation } from '../http/operation';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  code, pre { font: 13px/1.45 ui-monospace, monospace; }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: 6px; }
  summary { cursor: pointer; padding: .35rem 0; }
  .method { display: inline-block; width: 4.5rem; font-weight: 600; }
  .what { opacity: .75; margin-left: .5rem; }
  details { border-bottom: 1px solid #8883; }
`;

interface Described {
  readonly paths?: Readonly<Record<string, unknown>> | undefined;
  readonly components?: object | undefined;
}

/** The document as one page without scripts and without anything from elsewhere, so that it works behind any firewall. */
export const docsPage = (operations: readonly Operation[], document: Described, version: string): string => {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const members = operations.filter((of) => of.tag === tag);
    return `<h2>${escape(tag)}</h2>${members.map((of) => member(of, document)).join('')}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Keelson API</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>Keelson API ${escape(version)}</h1>
<p>The same as <a href="/openapi.json">openapi.json</a>. Send <code>Authorization: Bearer TOKEN</code>.
Errors are <code>application/problem+json</code> (RFC 9457) with a stable <code>code</code>.</p>
${sections.join('\n')}
<h2>Schemas</h2><details><summary>All of them</summary>${json(document.components)}</details>
</body></html>`;
};

const member = (of: Operation, { paths }: Described): string => {
  const path = paths?.[of.path] as Readonly<Record<string, unknown>> | undefined;
  return `<details id="${escape(of.id)}"><summary><code><span class="method">${of.method}</span>${escape(of.path)}</code>
<span class="what">${escape(of.summary)}</span></summary>${json(path?.[of.method.toLowerCase()])}</details>`;
};

const json = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2) ?? '')}</pre>`;
