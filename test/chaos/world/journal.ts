import { tagOf, type NumberedCommand } from '../script/commands';
import type { Client } from './client';
import { requestOf, type Found } from './request-of';

/** What became of a command, as its sender knows it. */
export interface Entry extends NumberedCommand {
  readonly status: number;
  readonly position?: number;
  /** More than once: an answer was lost, and what was done may have been done the first time. */
  readonly tries: number;
  readonly body: any;
}

/** Sends commands, each until it is answered, and keeps the answers: what was acknowledged is what is owed. */
export class Journal {
  readonly entries: Entry[] = [];
  private readonly holds = new Map<number, Promise<string>>();

  constructor(
    private readonly client: Client,
    private readonly found: Omit<Found, 'hold'>,
  ) {}

  async send(numbered: NumberedCommand): Promise<Entry> {
    const { number, command } = numbered;
    const hold = command.do === 'unhold' ? await this.holds.get(command.placedBy) : '';
    const { method, path, body } = requestOf(numbered, {
      ...this.found,
      hold: () => hold ?? 'unknown',
    });
    const answering = this.client.ask(
      method,
      path,
      body,
      method === 'POST' ? tagOf(number).replaceAll(' ', '-') : undefined,
    );
    if (command.do === 'hold')
      this.holds.set(
        number,
        answering.then((answer) => String(answer.body?.id)),
      );
    const { status, body: answer, tries } = await answering;
    const entry: Entry = {
      number,
      command,
      status,
      tries,
      body: answer,
      ...(status < 300 ? { position: Number(answer?.position) } : {}),
    };
    this.entries.push(entry);
    return entry;
  }
}

/** For the story. */
export const describeEntry = ({ status, position, tries, body }: Entry): string =>
  `${status < 300 ? `at ${position}` : `${status} ${body?.code ?? ''}: ${body?.detail ?? ''}`}${tries > 1 ? `, asked ${tries} times` : ''}`;
