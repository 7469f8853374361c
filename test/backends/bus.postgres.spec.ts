import { PostgresBus } from '@keelson/messaging';
import { busContract } from './bus.contract';

jest.setTimeout(60_000);

describe('the bus on PostgreSQL', () => {
  busContract(({ source, logger }) => new PostgresBus(source, logger));
});
