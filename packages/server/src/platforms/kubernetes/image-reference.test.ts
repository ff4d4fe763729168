import { expect, test } from 'vitest';
import { imageSchema, isFloating } from './image-reference.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

test.each([
  'web',
  'web:1.5.0',
  'shop/web:1',
  'registry.example/shop/web',
  'registry.example:5000/shop/web:v2_RC-1',
  `Registry.Example/shop/web@${digest}`,
  `web:1@${digest}`,
])('%s is an image', (image) => {
  expect(imageSchema.safeParse(image).success).toBe(true);
});

test.each([
  '',
  'Web',
  'web:',
  'web: 1',
  'web:.1',
  'web@sha256:abc',
  'https://registry.example/web',
  '../web',
  'shop//web',
  'web;rm',
  'wéb',
  'web\n',
  `web:${'1'.repeat(129)}`,
  'a'.repeat(513),
  `${'a-'.repeat(250)}!`,
])('%j is none', (image) => {
  expect(imageSchema.safeParse(image).success).toBe(false);
});

test.each([
  ['web', true],
  ['web:latest', true],
  ['registry.example:5000/web', true],
  ['web:1', false],
  [`web@${digest}`, false],
  [`web:latest@${digest}`, false],
])('whether %s may be another one tomorrow: %s', (image, floats) => {
  expect(isFloating(image)).toBe(floats);
});
