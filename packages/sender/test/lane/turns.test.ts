import { describe, expect, it, test } from 'vitest';
import { Turns } from '../../src/lane/turns.js';

const all = (): boolean => true;

/** Turns that wait, and the names of those that were served, in order. */
function waiting(...names: readonly (readonly [owner: string, name: string])[]) {
  const turns = new Turns();
  const served: string[] = [];
  const leaves = names.map(([owner, name]) => turns.add(owner, () => served.push(name)));
  return { turns, served, leaves };
}

function serveAll(turns: Turns, mayHave: (owner: string) => boolean = all): void {
  while (turns.serve(mayHave));
}

describe('who waits', () => {
  it('is served owner by owner, and of one owner in the order of coming', () => {
    const { turns, served } = waiting(
      ['a', 'a1'],
      ['a', 'a2'],
      ['a', 'a3'],
      ['b', 'b1'],
      ['c', 'c1'],
      ['b', 'b2'],
    );
    serveAll(turns);
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('is served one at a time', () => {
    const { turns, served } = waiting(['a', 'a1'], ['b', 'b1']);
    expect(turns.serve(all)).toBe(true);
    expect(served).toEqual(['a1']);
  });

  it('is passed over while its owner may not, and keeps its place', () => {
    const { turns, served } = waiting(['a', 'a1'], ['b', 'b1'], ['b', 'b2'], ['c', 'c1']);
    const isB = (owner: string): boolean => owner === 'b';
    expect([turns.serve(isB), turns.serve(isB), turns.serve(isB)]).toEqual([true, true, false]);
    expect(served).toEqual(['b1', 'b2']);
    serveAll(turns);
    expect(served).toEqual(['b1', 'b2', 'a1', 'c1']);
  });

  it('goes behind the other owners when its own waits again, those that came meanwhile included', () => {
    const { turns, served } = waiting(['a', 'a1'], ['b', 'b1']);
    turns.serve(all);
    turns.add('c', () => served.push('c1'));
    turns.add('a', () => served.push('a2'));
    serveAll(turns);
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('is one of several that wait with the same function, each for a turn', () => {
    const turns = new Turns();
    let served = 0;
    const count = (): void => {
      served += 1;
    };
    const leave = turns.add('a', count);
    turns.add('a', count);
    leave();
    serveAll(turns);
    expect([served, turns.size]).toEqual([1, 0]);
  });
});

test('nobody is served where nobody waits, or nobody may', () => {
  expect(new Turns().serve(all)).toBe(false);
  const { turns, served } = waiting(['a', 'a1']);
  expect(turns.serve(() => false)).toBe(false);
  expect([served, turns.size]).toEqual([[], 1]);
});

test('each owner is asked about once, however many of it wait', () => {
  const { turns } = waiting(['a', 'a1'], ['a', 'a2'], ['b', 'b1']);
  const asked: string[] = [];
  turns.serve((owner) => {
    asked.push(owner);
    return false;
  });
  expect(asked).toEqual(['a', 'b']);
});

describe('the size', () => {
  it('is that of all who wait, of all owners', () => {
    const { turns } = waiting(['a', 'a1'], ['a', 'a2'], ['b', 'b1']);
    const sizes = [turns.size];
    while (turns.serve(all)) sizes.push(turns.size);
    expect(sizes).toEqual([3, 2, 1, 0]);
  });

  it('has one less for a turn that is given up, and no less when that is done twice, or after it was served', () => {
    const { turns, leaves } = waiting(['a', 'a1'], ['a', 'a2'], ['b', 'b1']);
    leaves[1]?.();
    leaves[1]?.();
    expect(turns.size).toBe(2);
    turns.serve(all);
    leaves[0]?.();
    expect(turns.size).toBe(1);
  });
});

describe('a turn that is given up', () => {
  it('is passed over: the next one of its owner has it', () => {
    const { turns, served, leaves } = waiting(['a', 'a1'], ['a', 'a2'], ['b', 'b1']);
    leaves[0]?.();
    serveAll(turns);
    expect(served).toEqual(['a2', 'b1']);
  });

  it('and was the last of its owner takes nothing from one who comes later', () => {
    const { turns, served, leaves } = waiting(['a', 'a1']);
    leaves[0]?.();
    turns.add('a', () => served.push('a2'));
    leaves[0]?.();
    expect(turns.size).toBe(1);
    serveAll(turns);
    expect(served).toEqual(['a2']);
  });
});

describe('within a turn', () => {
  it('one’s own is over already', () => {
    const turns = new Turns();
    const sizes: number[] = [];
    turns.add('a', () => sizes.push(turns.size));
    turns.serve(all);
    expect(sizes).toEqual([0]);
  });

  it('one may wait again, behind the others and behind those of one’s own owner', () => {
    const turns = new Turns();
    const served: string[] = [];
    const waitAgain = (owner: string, name: string): void => {
      turns.add(owner, () => {
        served.push(name);
        waitAgain(owner, name);
      });
    };
    waitAgain('a', 'a1');
    waitAgain('a', 'a2');
    waitAgain('b', 'b1');
    for (let count = 0; count < 8; count += 1) turns.serve(all);
    expect(served).toEqual(['a1', 'b1', 'a2', 'b1', 'a1', 'b1', 'a2', 'b1']);
    expect(turns.size).toBe(3);
  });

  it('another may be served, and its turn is not had twice', () => {
    const turns = new Turns();
    const served: string[] = [];
    turns.add('a', () => {
      served.push('a1');
      turns.serve(all);
    });
    turns.add('a', () => served.push('a2'));
    turns.add('b', () => served.push('b1'));
    expect(turns.serve(all)).toBe(true);
    expect([served, turns.size]).toEqual([['a1', 'b1'], 1]);
    serveAll(turns);
    expect(served).toEqual(['a1', 'b1', 'a2']);
  });

  it('others may give theirs up', () => {
    const turns = new Turns();
    const served: string[] = [];
    const leaves: (() => void)[] = [];
    turns.add('a', () => {
      served.push('a1');
      for (const leave of leaves) leave();
    });
    leaves.push(turns.add('a', () => served.push('a2')));
    leaves.push(turns.add('b', () => served.push('b1')));
    turns.add('c', () => served.push('c1'));
    serveAll(turns);
    expect([served, turns.size]).toEqual([['a1', 'c1'], 0]);
  });
});
