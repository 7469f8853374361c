import { Composer, isCollection, isMap, isNode, isScalar, LineCounter, Parser, visit } from 'yaml';
import type { CST, Document } from 'yaml';
import { MAX_DEPTH } from './json-rules';
import { KUBECTL_SCALARS } from './yaml-scalars';

/** One document of a YAML stream that is not empty. */
export interface YamlDocument {
  /** Place in the stream, from 1, empty documents counted, so that it is the one an editor shows. */
  readonly number: number;
  readonly value: unknown;
  /** Line (from 1) of the value at a path in the document, or of its nearest parent. */
  readonly lineOf: (path: readonly string[]) => number;
}

export interface YamlProblem {
  readonly number: number;
  readonly line: number;
  readonly message: string;
}

/** Bounds what an alias bomb can blow up to; real manifests use a handful. */
const MAX_ALIASES = 100;

/**
 * Reads a YAML stream. Every problem names its document and line, and quotes no values: they may be secret.
 */
export const readYaml = (text: string): { documents: YamlDocument[]; problems: YamlProblem[] } => {
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const problems: YamlProblem[] = [];
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);

  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    schema: 'failsafe',
    customTags: KUBECTL_SCALARS,
    merge: true,
    stringKeys: true,
    // The library compares every key with every other one: 100,000 keys take minutes. See duplicateKeys.
    uniqueKeys: false,
    logLevel: 'error',
  });
  let number = 0;
  const take = (document: Document.Parsed): void => {
    number += 1;
    const flaws = [
      ...document.errors.map(({ message, pos }) => ({ message, offset: pos[0] })),
      ...duplicateKeys(document),
    ];
    for (const { message, offset } of flaws) problems.push({ number, line: lineAt(offset), message });
    if (flaws.length > 0 || document.contents === null) return;
    if (isScalar(document.contents) && document.contents.value === null) return;
    const start = document.contents.range[0];
    const value = plainValue(document);
    if (value instanceof Error) {
      problems.push({ number, line: lineAt(start), message: value.message });
      return;
    }
    documents.push({
      number,
      value,
      lineOf: (path) => lineAt(offsetOf(document, path) ?? start),
    });
  };

  for (const token of parser.parse(text)) {
    const excess = excessOf(token);
    if (excess) {
      problems.push({ number: number + 1, line: lineAt(excess.offset), message: excess.message });
      return { documents, problems };
    }
    for (const document of composer.next(token)) take(document);
  }
  for (const document of composer.end()) take(document);
  return { documents, problems };
};

/**
 * What must not reach the composer. It is recursive: 20 KB of "- - - …" once killed the whole process inside a
 * regular expression, which no catch can stop. The parser beneath it is not.
 */
const excessOf = (root: CST.Token): { offset: number; message: string } | undefined => {
  const open: [CST.Token, number][] = [[root, 0]];
  let aliases = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > MAX_DEPTH) {
      return { offset: token.offset, message: `is nested deeper than ${MAX_DEPTH} levels` };
    }
    if (token.type === 'alias' && ++aliases > MAX_ALIASES) {
      return { offset: token.offset, message: `holds more than ${MAX_ALIASES} aliases` };
    }
    if (token.type === 'document' && token.value) open.push([token.value, depth]);
    if ('items' in token) {
      for (const item of token.items) {
        if (item.key) open.push([item.key, depth + 1]);
        if (item.value) open.push([item.value, depth + 1]);
      }
    }
  }
  return undefined;
};

/** Unknown anchors, merges of what is no map and alias bombs come to light only here. */
const plainValue = (document: Document.Parsed): unknown => {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const duplicateKeys = (document: Document.Parsed): { message: string; offset: number }[] => {
  const found: { message: string; offset: number }[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (seen.has(key.value)) {
          found.push({ message: 'the key is there twice in one map', offset: key.range?.[0] ?? 0 });
        }
        seen.add(key.value);
      }
    },
  });
  return found;
};

/** Where a value begins; aliases and merge keys hide what they bring in, then the nearest parent answers. */
const offsetOf = (document: Document.Parsed, path: readonly string[]): number | undefined => {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const segment of path) {
    if (!isCollection(node)) break;
    const key = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === segment)?.key
      : null;
    const child: unknown = node.get(isMap(node) ? segment : Number(segment), true);
    if (!isNode(child) && !isNode(key)) break;
    offset = (isNode(key) ? key.range?.[0] : isNode(child) ? child.range?.[0] : undefined) ?? offset;
    node = child;
  }
  return offset;
};
