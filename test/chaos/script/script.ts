import { Dice } from '../../support/dice';
import type { NumberedCommand } from './commands';
import { defineAnew, drawCommand, release } from './draw-command';
import { drawMischief } from './draw-mischief';
import type { Mischief } from './mischief';
import { drawRepairPolicy, REPAIR_POLICY } from './repair-policy';
import type { Definition } from './commands';
import type { Shape } from './manifests';
import type { ScriptState } from './state';
import { drawTier } from './strategies';

/** What is done at once, and how long is waited before the next: for so many events of the log, or until it is quiet. */
export interface Step {
  readonly number: number;
  readonly commands: readonly NumberedCommand[];
  readonly mischief: readonly Mischief[];
  readonly wait: { readonly events: number; readonly quietMs: number };
}

const APPS = { shop: 'team-a', bank: 'team-a', mail: 'mail', news: 'news' } as const;
const SIDECARS = ['logger'] as const;
const MOST_AT_ONCE = 4;

/** An endless script that follows from its seed, its clusters and its processes alone. */
export class Script {
  private readonly dice: Dice;
  private readonly state: ScriptState;

  constructor(
    seed: number,
    clusters: readonly string[],
    private readonly processes: readonly string[],
  ) {
    this.dice = new Dice(seed);
    this.state = {
      step: 0,
      commands: 0,
      planted: 0,
      clusters: new Map(clusters.map((name) => [name, { registered: false, labels: {} }])),
      apps: new Map(
        Object.entries(APPS).map(([name, namespace]) => [
          name,
          {
            namespace,
            exists: false,
            definition: {} as Definition,
            shape: {} as Shape,
            versions: [],
            sequence: 0,
          },
        ]),
      ),
      sidecars: new Map(
        SIDECARS.map((name) => [
          name,
          {
            exists: false,
            definition: { containers: [], applicationSelector: {}, placement: {} },
            sequence: 0,
          },
        ]),
      ),
      busy: new Set(),
      holds: [],
      wounds: new Map(),
    };
  }

  next(): Step {
    const { state, dice } = this;
    const number = state.step;
    for (const [name, until] of state.wounds) if (until < number) state.wounds.delete(name);
    const { commands, mischief } = number === 0 ? this.begin() : number === 1 ? this.populate() : this.draw();
    state.step += 1;
    return {
      number,
      commands,
      mischief,
      wait: { events: 1 + dice.below(40), quietMs: 200 + dice.below(900) },
    };
  }

  private begin() {
    const commands: NumberedCommand[] = [];
    for (const [cluster, known] of this.state.clusters) {
      known.registered = true;
      known.labels = { tier: drawTier(this.dice), zone: this.dice.pick(['a', 'b']), touch: 't0' };
      commands.push(this.numbered({ do: 'register', cluster, labels: known.labels }));
    }
    commands.push(
      this.numbered({ do: 'repairBy', policy: drawRepairPolicy(this.dice, this.state.commands) }),
    );
    return { commands, mischief: [] };
  }

  private populate() {
    const { dice, state } = this;
    const commands = [...state.apps].map(([name, app]) => this.numbered(defineAnew(dice, state, name, app)));
    return { commands, mischief: [] };
  }

  /** One thing, or several at once: no two commands of one subject, because their order would be anybody's guess. */
  private draw(): Pick<Step, 'commands' | 'mischief'> {
    const { dice, state } = this;
    const commands: NumberedCommand[] = [];
    const mischief: Mischief[] = [];
    state.busy.clear();
    const things = dice.chance(0.5) ? 1 : 2 + dice.below(MOST_AT_ONCE - 1);
    for (let thing = 0; thing < things; thing += 1) {
      if (dice.chance(0.55)) {
        const command = this.unreleased() ?? drawCommand(dice, state);
        if (!command) continue;
        const numbered = this.numbered(command);
        for (const name of subjectsOf(numbered)) state.busy.add(name);
        commands.push(numbered);
      } else {
        const drawn = drawMischief(dice, state, this.processes);
        if (
          drawn &&
          !(drawn.trick === 'crash-database' && mischief.some(({ trick }) => trick === drawn.trick))
        )
          mischief.push(drawn);
      }
    }
    return { commands, mischief };
  }

  /** An application that was defined and has no release yet gets one soon: before it nothing much can happen to it. */
  private unreleased(): NumberedCommand['command'] | undefined {
    const { dice, state } = this;
    const [first] = [...state.apps].filter(
      ([name, { exists, versions }]) => exists && versions.length === 0 && !state.busy.has(name),
    );
    return first && dice.chance(0.7) ? release(dice, state, ...first) : undefined;
  }

  private numbered(command: NumberedCommand['command']): NumberedCommand {
    this.state.commands += 1;
    return { number: this.state.commands, command };
  }
}

const subjectsOf = ({ number, command }: NumberedCommand): string[] => {
  switch (command.do) {
    case 'define':
      return [command.app, ...(command.definition.placement.clusterNames ?? [])];
    case 'delete':
    case 'release':
    case 'rollback':
    case 'scale':
      return [command.app];
    case 'register':
    case 'forget':
      return [command.cluster];
    case 'act':
      return [command.run.slice(0, command.run.lastIndexOf('-'))];
    case 'hold':
      return [`hold ${number}`, ...Object.values(command.scope)];
    case 'unhold':
      return [];
    case 'defineSidecar':
    case 'releaseSidecar':
    case 'deleteSidecar':
      return [command.sidecar];
    case 'repairBy':
      return [REPAIR_POLICY];
  }
};
