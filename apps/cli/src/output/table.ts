import Table from 'cli-table3';

const NOTHING = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', top: '', 'top-mid': '' };
const BORDERLESS = {
  ...NOTHING,
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  right: '',
  middle: '  ',
};

/** Columns without lines around them, as kubectl prints them: they can be cut and grepped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = new Table({
    head: [...head],
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  lines.push(...rows.map((row) => row.map(oneLine)));
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

/** A message with line breaks would tear the table apart. */
const oneLine = (cell: string): string => cell.replace(/\s*\n\s*/g, ' ');
