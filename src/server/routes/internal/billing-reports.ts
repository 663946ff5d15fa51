import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { atLeastPence } from '../../../lib/billing/pounds.ts';
import type { ReportRange } from '../../../lib/billing/report-range.ts';
import {
  toBillView,
  toDayVolumesView,
  toDespatchView,
  toProviderDayView,
  toServiceVolumesView,
} from '../../../lib/billing/report-view.ts';
import { showBillingReport } from '../../../lib/billing/show-billing-report.ts';
import { listRates, showSmsRate } from '../../../lib/billing/show-rates.ts';
import {
  showDailyVolumes,
  showDespatchedLetters,
  showProviderVolumes,
  showServiceVolumes,
} from '../../../lib/billing/show-volume-reports.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import { londonDate } from '../../../lib/core/london-time.ts';
import { requiredDayRangeIn } from './day-range.ts';
import type { InternalHandler, InternalRoutes } from './internal-routes.ts';

/** Reports of all services, and what messages cost now (admin API sheet §4.13). */
export function registerBillingReports(routes: InternalRoutes, app: App): void {
  const report = <Row>(name: string, read: (range: ReportRange) => Promise<Row[]>, view: (row: Row) => object): void =>
    routes(`/platform-stats/${name}`, {
      GET: async (request: FastifyRequest) => (await read(requiredDayRangeIn(request))).map(view),
    });
  report('data-for-billing-report', (range) => showBillingReport(app, range), toBillView);
  report('data-for-dvla-billing-report', (range) => showDespatchedLetters(app, range), toDespatchView);
  report('daily-volumes-report', (range) => showDailyVolumes(app, range), toDayVolumesView);
  report('daily-sms-provider-volumes-report', (range) => showProviderVolumes(app, range), toProviderDayView);
  report('volumes-by-service', (range) => showServiceVolumes(app, range), toServiceVolumesView);
  withOrWithoutSlash(routes, '/letter-rates', () => showLetterRates(app));
  withOrWithoutSlash(routes, '/sms-rate', () => showRateOfTexts(app));
}

function withOrWithoutSlash(routes: InternalRoutes, url: string, GET: InternalHandler): void {
  for (const each of [url, `${url}/`]) routes(each, { GET });
}

/** Those of the Crown: by the newest rates, which others pay, too. */
async function showLetterRates(app: App): Promise<object[]> {
  const { letters } = await listRates(app, londonDate(app.clock.now()));
  return letters
    .filter(({ crown }) => crown)
    .map(({ sheetCount, startDate, rate, postClass }) => ({
      sheet_count: sheetCount,
      start_date: toApiDateTime(startDate),
      rate: atLeastPence(String(rate)),
      post_class: postClass,
    }));
}

async function showRateOfTexts(app: App): Promise<object> {
  const { rate, validFrom } = await showSmsRate(app, londonDate(app.clock.now()));
  return { rate, valid_from: toApiDateTime(validFrom) };
}
