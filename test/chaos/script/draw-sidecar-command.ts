import type { Dice } from '../../support/dice';
import type { Command, Placement, SidecarDefinition } from './commands';
import type { ScriptState, SidecarState } from './state';
import { drawStrategy } from './strategies';

/** Another team's container in the applications that want logs: defined, released, moved and deleted like the rest. */
export const drawSidecarCommand = (dice: Dice, state: ScriptState): Command | undefined => {
  const [chosen] = dice.some(
    1,
    [...state.sidecars].filter(([name]) => !state.busy.has(name)),
  );
  if (!chosen) return undefined;
  const [sidecar, known] = chosen;
  if (!known.exists) return define(dice, state, sidecar, known);
  switch (dice.weighted({ release: 5, redefine: 2, delete: 1 })) {
    case 'redefine':
      return define(dice, state, sidecar, known);
    case 'delete':
      known.exists = false;
      return { do: 'deleteSidecar', sidecar };
    case 'release': {
      const version = `v${state.commands + 1}`;
      known.sequence += 1;
      return {
        do: 'releaseSidecar',
        sidecar,
        version,
        image: `${sidecar}:${version}`,
        ...(dice.chance(0.5) ? { strategy: drawStrategy(dice) } : {}),
      };
    }
  }
};

const define = (dice: Dice, state: ScriptState, sidecar: string, known: SidecarState): Command => {
  known.definition = drawDefinition(dice, state, sidecar);
  known.exists = true;
  return { do: 'defineSidecar', sidecar, definition: known.definition };
};

const drawDefinition = (dice: Dice, state: ScriptState, sidecar: string): SidecarDefinition => ({
  containers: [{ name: sidecar, image: `${sidecar}:defined-${state.commands + 1}` }],
  applicationSelector: dice.pick([{ matchLabels: { logs: 'yes' } }, { matchLabels: { logs: 'yes' } }, {}]),
  placement: dice.pick<Placement>([
    { clusterSelector: {} },
    { clusterSelector: { matchLabels: { zone: 'a' } } },
  ]),
});
