import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { NodeRepairPolicyView } from './node-repair-policies.operations';
import { policyByName, policyPage, policyView } from './node-repair-policies.queries';

export class ListNodeRepairPolicies extends Query<ListOf<NodeRepairPolicyView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetNodeRepairPolicy extends Query<NodeRepairPolicyView> {
  constructor(readonly policy: string) {
    super();
  }
}

@QueryHandler(ListNodeRepairPolicies)
export class ListNodeRepairPoliciesHandler implements IQueryHandler<ListNodeRepairPolicies> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListNodeRepairPolicies) {
    const rows = await policyPage(this.store.pool, page);
    return cutPage(rows, page.limit, policyView, ({ name }) => name);
  }
}

@QueryHandler(GetNodeRepairPolicy)
export class GetNodeRepairPolicyHandler implements IQueryHandler<GetNodeRepairPolicy> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ policy }: GetNodeRepairPolicy) {
    const row = await policyByName(this.store.pool, policy);
    if (!row) throw notFound('node-repair-policy-not-found', `there is no node repair policy ${policy}`);
    return policyView(row);
  }
}
