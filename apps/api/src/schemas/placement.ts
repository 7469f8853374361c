import { z } from 'zod';
import { dnsLabel } from './common';
import { selector } from './selector';

export const placement = z
  .strictObject({
    clusterSelector: selector.optional(),
    clusterNames: z.array(dnsLabel).max(10_000, 'at most 10000 names').optional(),
  })
  .meta({ id: 'Placement', description: 'Clusters that the selector matches, and those that are named' });
