import type {
  DayVolumes,
  DespatchedLetters,
  ProviderDay,
  ReportedService,
  ServiceVolumes,
} from './report-repository.ts';
import type { Pounds } from './pounds.ts';
import type { ServiceBill } from './show-billing-report.ts';

/** Rows of reports as the internal API and exports show them: the keys are the columns. */

export function toBillView(bill: ServiceBill) {
  return {
    ...serviceColumns(bill),
    sms_cost: Number(bill.textCost),
    sms_chargeable_units: bill.chargedUnits,
    total_letters: bill.letters,
    letter_cost: Number(bill.letterCost),
    letter_breakdown: bill.letterBreakdown,
    purchase_order_number: bill.purchaseOrderNumber,
    contact_names: bill.contactNames,
    contact_email_addresses: bill.contactEmailAddresses,
    billing_reference: bill.billingReference,
  };
}

export function toDayVolumesView({ day, ...volumes }: DayVolumes) {
  return {
    day,
    sms_totals: volumes.texts,
    sms_fragment_totals: volumes.fragments,
    sms_chargeable_units: volumes.chargeableUnits,
    email_totals: volumes.emails,
    letter_totals: volumes.letters,
    letter_sheet_totals: volumes.sheets,
  };
}

export function toProviderDayView({ day, provider, ...volumes }: ProviderDay) {
  return {
    day,
    provider,
    sms_totals: volumes.texts,
    sms_fragment_totals: volumes.fragments,
    sms_chargeable_units: volumes.chargeableUnits,
    sms_cost: Number(volumes.cost),
  };
}

export function toServiceVolumesView(volumes: ServiceVolumes) {
  return {
    ...serviceColumns(volumes),
    free_allowance: volumes.freeAllowance,
    sms_notifications: volumes.texts,
    sms_chargeable_units: volumes.chargeableUnits,
    email_totals: volumes.emails,
    letter_totals: volumes.letters,
    letter_sheet_totals: volumes.sheets,
    letter_cost: Number(volumes.letterCost),
  };
}

export function toDespatchView(letters: DespatchedLetters & { readonly cost: Pounds }) {
  return {
    date: letters.day,
    postage: letters.postage,
    cost_threshold: letters.costThreshold,
    sheets: letters.sheets,
    rate: Number(letters.rate),
    letters: letters.letters,
    cost: Number(letters.cost),
  };
}

function serviceColumns({ organisationId, organisationName, serviceId, serviceName }: ReportedService) {
  return {
    organisation_id: organisationId,
    organisation_name: organisationName,
    service_id: serviceId,
    service_name: serviceName,
  };
}
