import type { Command } from 'commander';
import type { Verification } from '../api/types';
import { EXIT } from '../exit-code';
import type { Host } from '../host';

export const verifyCommand = (program: Command, host: Host): void => {
  program
    .command('verify')
    .description('Check the hash chain of the whole log; exit code 1 if it is broken.')
    .action(async () => {
      const api = await host.api();
      const answer = await api.get<Verification>('/audit/verify');
      host.answer(answer, () => verdict(answer));
      if (!answer.ok) host.exitCode = EXIT.failed;
    });
};

const verdict = ({ ok, checked, head, firstBroken }: Verification): string =>
  ok
    ? `the log is whole: ${checked} events checked, head ${head.position} ${head.chain}`
    : `THE LOG WAS CHANGED: first broken at ${JSON.stringify(firstBroken)} (${checked} events checked)`;
