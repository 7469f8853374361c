import { z } from 'zod';
import { operation } from '../http/operation';

const tag = 'Operations';

export const index = operation({
  id: 'index',
  tag,
  summary: 'What this is, and where to go on',
  method: 'GET',
  path: '/',
  open: true,
  answer: z.strictObject({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) }),
});

export const openapi = operation({
  id: 'openapi',
  tag,
  summary: 'This document',
  method: 'GET',
  path: '/openapi.json',
  open: true,
  answer: z.looseObject({ openapi: z.string() }),
});

export const docs = operation({
  id: 'docs',
  tag,
  summary: 'This document, for people',
  method: 'GET',
  path: '/docs',
  open: true,
  media: ['text/html'],
});

export const openapiOperations = [index, openapi, docs];
