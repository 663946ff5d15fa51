import { expect, it, describe } from 'vitest';
import { Redis } from 'ioredis';
import { useRedis } from '../redis.ts';
const { redis, suite } = await useRedis();
suite('redis', () => {
  it('answers', async () => { 
    const c = new Redis(redis.url, {maxRetriesPerRequest: 1, lazyConnect: false}); c.on('error', ()=>{});
    expect(await c.set('a', '1')).toBe('OK');
    await redis.server!.stop(); await redis.server!.start();
    expect(await c.get('a')).toBe(null);
    c.disconnect();
  });
});
