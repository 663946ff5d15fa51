import { describe, expect, it } from 'vitest';
import { nearMiss } from '../../../src/lib/cli/near-miss.ts';

describe('nearMiss', () => {
  const commands = ['serve', 'services list', 'services show', 'db migrate', 'db status'];

  it.each([
    ['serv', 'serve'],
    ['srevices list', 'services list'],
    ['servies lst', 'services list'],
    ['db mirgate', 'db migrate'],
    ['db status', 'db status'],
  ])('%s means %s', (word, meant) => {
    expect(nearMiss(word, commands)).toBe(meant);
  });

  it.each(['', 'x', 'frobnicate', 'list', 'db'])("'%s' means nothing that there is", (word) => {
    expect(nearMiss(word, commands)).toBeNull();
  });

  it('takes the nearest, and the first of those that are equally near', () => {
    expect(nearMiss('shwo', ['slow', 'show', 'shoo'])).toBe('show');
    expect(nearMiss('cat', ['bat', 'hat'])).toBe('bat');
  });
});
