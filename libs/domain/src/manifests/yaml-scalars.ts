import type { ScalarTag } from 'yaml';

/**
 * Plain scalars as kubectl reads them (sigs.k8s.io/yaml, a YAML 1.1 dialect), not as YAML 1.2 does:
 * `defaultMode: 0644` is 420 and not 644, `enabled: yes` is a boolean, and `commit: 12e4567`, a float beyond
 * all range, stays a string. The library's own 'yaml-1.1' schema is no substitute: it reads `12:30` as 750 and
 * dates as Date objects.
 */

const plain = (source: string): string => source.replaceAll('_', '');

const bool: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: (source) => /^(?:y|t|on)/i.test(source),
};

const int: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0[bB][01][01_]*|0[oO]?[0-7][0-7_]*|0[xX][0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*|0)$/,
  resolve: (source) => {
    const unsigned = plain(source).replace(/^[-+]/, '');
    const value = Number(/^0[0-7]/.test(unsigned) ? `0o${unsigned}` : unsigned);
    return source.startsWith('-') && value !== 0 ? -value : value;
  },
};

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
  resolve: (source) => {
    const value = Number(plain(source));
    return Number.isFinite(value) ? value : source;
  },
};

/** For the `customTags` option, on top of the 'failsafe' schema. */
export const KUBECTL_SCALARS = ['null' as const, bool, int, float];
