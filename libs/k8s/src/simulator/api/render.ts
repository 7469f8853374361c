import { type KubeObject } from '@keelson/domain';
import { type ListPage } from './list';
import { type ResourceType } from './resource-type';

/** An object as one version of its API shows it; versions differ in nothing but their name. */
export const inVersion = (object: KubeObject, apiVersion: string): KubeObject =>
  object.apiVersion === apiVersion ? object : { ...object, apiVersion };

export const renderList = (type: ResourceType, apiVersion: string, page: ListPage): object => ({
  kind: `${type.kind}List`,
  apiVersion,
  metadata: {
    resourceVersion: page.resourceVersion,
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  },
  items: page.items.map((item) => inVersion(item, apiVersion)),
});
