import { type KubeObject } from '@keelson/domain';
import { without } from '../json';
import { type ListPage } from './list';
import { type ResourceType } from './resource-type';

/** An object as one version of its API shows it; versions differ in nothing but their name. */
export const inVersion = (object: KubeObject, apiVersion: string): KubeObject =>
  object.apiVersion === apiVersion ? object : { ...object, apiVersion };

/** Items of built-in kinds do not say what they are: the list does. */
export const renderList = (type: ResourceType, apiVersion: string, page: ListPage): object => ({
  kind: `${type.kind}List`,
  apiVersion,
  metadata: {
    resourceVersion: page.resourceVersion,
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  },
  items: page.items.map((item) =>
    type.custom ? inVersion(item, apiVersion) : without(without(item, 'apiVersion'), 'kind'),
  ),
});
