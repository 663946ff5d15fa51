import { expect, it, describe } from 'vitest';
import { useTestDatabase, createTestDatabase } from './support/test-database.ts';
import { skipUnless } from './support/skip-unless.ts';
const d = useTestDatabase();
it('works', async () => { expect((await d.db.query('SELECT count(*)::int AS n FROM services')).rows).toEqual([{n:0}]);
  expect((await d.db.query('SHOW fsync')).rows).toEqual([{fsync:'off'}]);
  for (let i=0;i<5;i++){const t=performance.now(); const x=await createTestDatabase(); const t2=performance.now(); await x.drop(); console.log(t2-t, performance.now()-t2);}
 });
it('fails', ()=>{expect(1).toBe(2)});
it.todo('later');
it.skip('bare', ()=>{});
it('dyn', (c)=>{c.skip('no reason really')});
skipUnless(false, 'no   such program')('x', ()=>{it('a',()=>{}); it('b',()=>{})});
