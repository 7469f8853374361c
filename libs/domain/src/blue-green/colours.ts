import { durationMs } from '../kernel/duration';
import type { Pace } from '../run/events';

/** Blue bears the Deployment's own name, green that name and `-green`. */
export type Colour = 'blue' | 'green';

/** The colours of one target: what its plan has two Deployments for, or one that bears the label of its colour. */
export interface Colours {
  readonly service: string;
  readonly previewService?: string;
  /** The one that the Service is to select. */
  readonly active: Colour;
  /** The one that it has not been seen to leave yet; none once it was seen at the active one. */
  readonly leaving?: Colour;
  /** The release of each colour that is to be there. */
  readonly blue?: string;
  readonly green?: string;
  /**
   * Milliseconds since the epoch from which the colour that is not active may go; none while a run is under way that
   * needs it.
   */
  readonly idleUntil?: number;
}

export const otherThan = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue');

/** The colour that the Service has left, or has not come to yet. */
export const idleOf = (
  colours: Colours,
): { readonly colour: Colour; readonly release: string } | undefined => {
  const colour = otherThan(colours.active);
  const release = colours[colour];
  return release === undefined ? undefined : { colour, release };
};

/** The colour of the target's own release; the other one, where there is one, is kept from an earlier release. */
export const newestOf = (colours: Colours, release: string): Colour =>
  colours[colours.active] === release ? colours.active : otherThan(colours.active);

export interface Move {
  readonly release: string;
  /** How far the pods may come. */
  readonly pace: Pace;
  /** Back to a release before: no later event tells when the colour that is left is not needed any more. */
  readonly back?: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The release that the pods are of, while they have no colours; none before the first. */
  readonly standing?: string;
  /** The pods that are served have these manifests already: there is nothing to bring up. */
  readonly alike: boolean;
}

/**
 * What a run's decision makes of a target's colours; undefined where it has none.
 *
 * The release goes into the colour that the Service does not select, and the Service goes over with the last batch. A
 * target that has colours keeps them: under another strategy its pods, when they are blue, are rolled as any others,
 * and when they are green are brought back to blue, which bears the name that the manifests say, by one more switch.
 */
export const moveColours = (colours: Colours | undefined, move: Move): Colours | undefined => {
  const { release, pace, alike } = move;
  const known = colours ?? beginning(move);
  const wanted = known && named(known, pace);
  if (!wanted) return undefined;
  if (wanted[wanted.active] === release) return stay(wanted, move);
  const current = asSeen(wanted);
  if (alike || current[current.active] === release) return stay(current, move);
  if (!pace.blueGreen && current.active === 'blue') return single(current, release);
  return change(current, move);
};

/** What the Service was to go to, and has not been seen at, may never become ready: the next goes from where it was. */
const asSeen = ({ leaving, ...colours }: Colours): Colours => ({
  ...colours,
  active: leaving ?? colours.active,
});

/** The release of the colour that the Service was last seen at. */
export const servedRelease = (colours: Colours): string | undefined =>
  colours[colours.leaving ?? colours.active];

/** Its pods get the label of blue, and the Service selects it, before there are others that it must not select. */
const beginning = ({ standing, release, pace: { blueGreen } }: Move): Colours | undefined =>
  blueGreen && { service: blueGreen.service, active: 'blue', blue: standing ?? release };

const named = (colours: Colours, { blueGreen }: Pace): Colours => {
  if (!blueGreen) return colours;
  const { previewService: _, ...rest } = colours;
  const { service, previewService } = blueGreen;
  return { ...rest, service, ...(previewService ? { previewService } : {}) };
};

const stay = (current: Colours, { release, back, at }: Move): Colours => {
  const stays = { ...current, [current.active]: release };
  const isLeft = back && idleOf(current) !== undefined && current.idleUntil === undefined;
  return isLeft ? { ...stays, idleUntil: at } : stays;
};

const single = ({ service, previewService, active }: Colours, release: string): Colours => ({
  service,
  ...(previewService ? { previewService } : {}),
  active,
  [active]: release,
});

const change = ({ idleUntil: _, ...current }: Colours, { release, pace, back, at }: Move): Colours => {
  const newest = otherThan(current.active);
  const begun: Colours = { ...current, [newest]: release };
  if (pace.batch < pace.of - 1) return begun;
  const switched: Colours = { ...begun, active: newest, leaving: current.active };
  return back ? { ...switched, idleUntil: at + delayOf(pace) } : switched;
};

export interface StandingPods {
  readonly release?: string;
  /** The last release that the target had wholly. */
  readonly stable?: string;
  /** Of the run that moves it, or has left it half way; none once it had its release wholly. */
  readonly pace?: Pick<Pace, 'blueGreen'>;
  readonly colours?: Colours;
}

/** The release that the pods of a target without colours go by: what has not arrived may never become ready. */
export const standingRelease = ({ release, stable, pace }: StandingPods): string | undefined =>
  pace ? (stable ?? release) : release;

/** The same of a target whose only colour is being rolled under another strategy. */
export const standingColours = ({ release, stable, pace, colours }: StandingPods): Colours | undefined => {
  if (!colours || !pace || pace.blueGreen || stable === undefined || idleOf(colours)) return colours;
  return colours[colours.active] === release ? { ...colours, [colours.active]: stable } : colours;
};

/** The cluster has the release wholly: from now on the other colour is only kept for the way back. */
export const settleColours = (colours: Colours, pace: Pace | undefined, at: number): Colours =>
  idleOf(colours) === undefined || colours.idleUntil !== undefined
    ? switchedColours(colours)
    : { ...switchedColours(colours), idleUntil: at + delayOf(pace) };

/** The Service was seen at the active colour. */
export const switchedColours = ({ leaving: _, ...colours }: Colours): Colours => colours;

const delayOf = (pace: Pace | undefined): number =>
  pace?.blueGreen ? durationMs(pace.blueGreen.scaleDownDelay) : 0;

export const withoutIdle = (colours: Colours): Colours => single(colours, colours[colours.active] ?? '');
