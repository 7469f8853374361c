import { Script, type Step } from './script';

const CLUSTERS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
const PROCESSES = ['api-1', 'api-2', 'worker-1', 'worker-2'];

const stepsOf = (seed: number, count = 400): Step[] => {
  const script = new Script(seed, CLUSTERS, PROCESSES);
  return Array.from({ length: count }, () => script.next());
};

describe('a script of chaos', () => {
  it('follows from its seed alone', () => {
    expect(stepsOf(7)).toEqual(stepsOf(7));
    expect(stepsOf(7)).not.toEqual(stepsOf(8));
  });

  it('has everything that people do and everything that goes wrong', () => {
    const steps = stepsOf(1);
    const commands = new Set(steps.flatMap((step) => step.commands.map(({ command }) => command.do)));
    const tricks = new Set(steps.flatMap((step) => step.mischief.map(({ trick }) => trick)));
    expect([...commands].sort()).toEqual([
      'act',
      'define',
      'defineSidecar',
      'delete',
      'deleteSidecar',
      'forget',
      'hold',
      'register',
      'release',
      'releaseSidecar',
      'repairBy',
      'rollback',
      'scale',
      'unhold',
    ]);
    expect([...tricks].sort()).toEqual([
      'compact',
      'cordon',
      'crash-database',
      'edit',
      'faults',
      'freeze',
      'kill',
      'plant',
      'refuse-image',
      'remove',
      'sever',
      'sicken',
    ]);
  });

  it('never has the same object made twice in one cluster', () => {
    for (const seed of [1, 2, 13]) {
      const script = new Script(seed, [...CLUSTERS, 'c7', 'c8'], [...PROCESSES, 'worker-3']);
      const made = Array.from({ length: 400 }, () => script.next())
        .flatMap((step) => step.mischief)
        .flatMap((each) =>
          each.trick === 'plant' ? each.clusters.map((name) => `${name} ${each.name}`) : [],
        );
      expect(made.length).toBeGreaterThan(0);
      expect(new Set(made).size).toBe(made.length);
    }
  });

  it('numbers its commands, and never asks twice at once about one application', () => {
    const steps = stepsOf(2);
    const numbers = steps.flatMap((step) => step.commands.map(({ number }) => number));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    for (const { commands } of steps) {
      const apps = commands.flatMap(({ command }) => ('app' in command ? [command.app] : []));
      expect(new Set(apps).size).toBe(apps.length);
    }
  });

  it('goes back only to versions that were released since the application was defined', () => {
    const versions = new Map<string, Set<string>>();
    let rollbacks = 0;
    for (const { command } of stepsOf(3).flatMap((step) => step.commands)) {
      if (command.do === 'delete') versions.delete(command.app);
      if (command.do === 'release') {
        versions.set(command.app, (versions.get(command.app) ?? new Set()).add(command.version));
      }
      if (command.do !== 'rollback') continue;
      rollbacks += 1;
      expect(versions.get(command.app)).toContain(command.to);
    }
    expect(rollbacks).toBeGreaterThan(0);
  });
});
