import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPlannedJob } from '../../src/lib/jobs/create-planned-job.ts';
import { isSameFileSentToday } from '../../src/lib/jobs/find-same-file-sent-today.ts';
import { planJob, type PlanJobInput } from '../../src/lib/jobs/plan-job.ts';
import { readAllowance } from '../../src/lib/limits/read-allowance.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { requireService } from '../../src/lib/services/show-service.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2026-07-01T12:00:00Z');
const app = useTestApp({ clock });

let service: Service;
let template: Template;
beforeAll(async () => {
  service = await aService(app);
  template = await aTemplate(app, service.id);
});

const people = 'phone number,name\n07900900123,Jo\n';
let names = 0;

function plan(input: Partial<PlanJobInput> = {}, csv = people) {
  const open = async () => ({ open: () => Readable.from([Buffer.from(csv)]) });
  return planJob(app, {
    serviceId: service.id,
    templateId: template.id,
    file: { from: 'file', name: `people-${(names += 1)}.csv`, open },
    createdById: systemUserId,
    senderId: null,
    scheduledFor: null,
    shownRows: 50,
    ...input,
  });
}

async function storedUploads(): Promise<string[]> {
  return Array.fromAsync(app.storage.list('csv-uploads'), ({ key }) => key);
}

describe('a plan', () => {
  it('says what would be sent and what is left of the day', async () => {
    expect(await plan()).toMatchObject({
      service: { id: service.id },
      template: { id: template.id, version: 1 },
      check: { problem: null, summary: { rowCount: 1 } },
      dailyLimit: 250_000,
      remaining: 250_000,
    });
    expect(await storedUploads()).toEqual([]);
  });

  it('tells every bad row, also those that are not shown', async () => {
    const rows: number[] = [];
    const csv = `phone number,name\n${'abc,\n'.repeat(5)}`;
    const { check } = await plan({ shownRows: 2, onBadRow: async ({ index }) => void rows.push(index) }, csv);
    expect(check.rows.map(({ index }) => index)).toEqual([0, 1]);
    expect(rows).toEqual([0, 1, 2, 3, 4]);
  });

  it('knows nothing of another service, and refuses letters with a sender', async () => {
    const other = await aService(app);
    await expect(plan({ serviceId: other.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const letter = await aTemplate(app, service.id, { templateType: 'letter', subject: 'x', content: 'y' });
    const refused = plan({ templateId: letter.id, senderId: app.ids.uuid() });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  });

  it('is not made for an archived service', async () => {
    const gone = await aService(app);
    const greeting = await aTemplate(app, gone.id);
    await archiveService(app, { serviceId: gone.id, belongings: [] });
    const code = await plan({ serviceId: gone.id, templateId: greeting.id }).catch(
      (error: { code: string }) => error.code,
    );
    expect(code).toBe('REFUSED');
  });
});

describe('a job of a plan', () => {
  it('is refused when the file had a problem', async () => {
    const bad = await plan({}, 'phone number,name\nabc,Jo');
    await expect(createPlannedJob(app, bad)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await storedUploads()).toEqual([]);
  });

  it('is refused when the template was changed after the check', async () => {
    const changing = await aTemplate(app, service.id);
    const checked = await plan({ templateId: changing.id });
    await updateTemplate(app, { templateId: changing.id, content: 'Hi ((first name))' });
    await expect(createPlannedJob(app, checked)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await storedUploads()).toEqual([]);
  });

  it('leaves no file when it is refused, and keeps it when nobody knows', async () => {
    const checked = await plan();
    await expect(createPlannedJob(app, { ...checked, createdById: app.ids.uuid() })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await storedUploads()).toEqual([]);
    const db = { ...app.db, transaction: () => Promise.reject(new Error('the line was cut')) };
    await expect(createPlannedJob({ ...app, db }, checked)).rejects.toThrow('the line was cut');
    expect(await storedUploads()).toHaveLength(1);
  });

  it('stores what was checked, in one spelling of line ends', async () => {
    const job = await createPlannedJob(app, await plan());
    const content = await app.storage.read('csv-uploads', `service-${service.id}-notify/${job.id}.csv`);
    expect(content!.toString()).toBe(people.replaceAll('\n', '\r\n'));
    expect(job).toMatchObject({ status: 'pending', notificationCount: 1, templateVersion: 1 });
  });
});

describe('the same file', () => {
  const file = (changes: object = {}) => ({
    ...{ serviceId: service.id, templateId: template.id, templateVersion: 1, fileName: 'Zoë’s list.csv' },
    ...changes,
  });
  const isSent = (changes?: object): Promise<boolean> => isSameFileSentToday(app, file(changes));

  it('is one of the same name, template and version, sent since midnight in London', async () => {
    clock.set('2026-07-01T22:59:00Z');
    const { file: opened, ...planned } = await plan();
    const job = await createPlannedJob(app, { ...planned, file: { ...opened, name: file().fileName } });
    expect(await isSent()).toBe(true);
    expect(await isSent({ fileName: "Zoe's list.csv" })).toBe(true);
    expect(await isSent({ fileName: 'list.csv' })).toBe(false);
    expect(await isSent({ templateVersion: 2 })).toBe(false);
    expect(await isSent({ templateId: app.ids.uuid() })).toBe(false);
    expect(await isSent({ serviceId: app.ids.uuid() })).toBe(false);
    clock.set('2026-07-01T23:00:00Z');
    expect(await isSent()).toBe(false);
    clock.set('2026-07-01T22:59:30Z');
    await app.db.query({ text: `UPDATE jobs SET job_status = 'cancelled' WHERE id = $1`, values: [job.id] });
    expect(await isSent()).toBe(false);
  });
});

describe('an allowance', () => {
  it('is what the messages of the UTC day leave of the limit', async () => {
    clock.set('2026-07-02T12:00:00Z');
    const small = await aService(app);
    await updateService(app, { serviceId: small.id, smsLimit: 2 });
    const greeting = await aTemplate(app, small.id);
    const sms = async () => readAllowance(app, await requireService(app, small.id), 'sms');
    expect(await sms()).toEqual({ limit: 2, remaining: 2 });
    const message = { templateId: greeting.id, to: '07900900123', personalisation: { name: 'Jo' } };
    await sendOne(app, { ...message, clientReference: null, senderId: null });
    expect(await sms()).toEqual({ limit: 2, remaining: 1 });
    await app.db.query({ text: 'UPDATE daily_counts SET count = 9 WHERE service_id = $1', values: [small.id] });
    expect(await sms()).toEqual({ limit: 2, remaining: 0 });
    clock.set('2026-07-03T00:00:00Z');
    expect(await sms()).toEqual({ limit: 2, remaining: 2 });
  });
});
