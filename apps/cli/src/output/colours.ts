import pico from 'picocolors';
import type { Io, Output } from '../io';

export type Colours = ReturnType<typeof pico.createColors>;
type Paint = (text: string) => string;

/** https://no-color.org: any value that is not empty switches colours off; so does an output that is no terminal. */
export const coloursFor = ({ env }: Pick<Io, 'env'>, output: Output): Colours =>
  pico.createColors(output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');

const GOOD = ['Succeeded', 'Available', 'Connected', 'Passed'];
const BAD = ['Failed', 'Paused', 'Aborted', 'Degraded', 'Unreachable', 'RolledBack', 'RollingBack'];
const MOVING = [
  'Progressing',
  'Running',
  'Inconclusive',
  'Baking',
  'Verifying',
  'Deleting',
  'Drifted',
  'AwaitingApproval',
];

/** One colour for one kind of phase, wherever it is shown. */
export const paintPhase = (colours: Colours, phase: string): string => paintOf(colours, phase)(phase);

const paintOf = (colours: Colours, phase: string): Paint => {
  if (GOOD.includes(phase)) return colours.green;
  if (BAD.includes(phase)) return colours.red;
  if (MOVING.includes(phase)) return colours.yellow;
  return colours.dim;
};
