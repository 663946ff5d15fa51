import type { TemplateType as NotificationType } from '../templates/template.ts';

/** Every status (delivery sheet §7), in the order in which the API lists them. */
export const notificationStatuses = [
  'cancelled',
  'created',
  'sending',
  'sent',
  'delivered',
  'pending',
  'failed',
  'technical-failure',
  'temporary-failure',
  'permanent-failure',
  'pending-virus-check',
  'validation-failed',
  'virus-scan-failed',
  'returned-letter',
] as const;

export type NotificationStatus = (typeof notificationStatuses)[number];

/** What the filter `failed` expands to. */
export const failedStatuses: readonly NotificationStatus[] = [
  'technical-failure',
  'temporary-failure',
  'permanent-failure',
  'validation-failed',
  'virus-scan-failed',
  'returned-letter',
];

/** Statuses that have a `completed_at` in the API (public API sheet §7.1). */
export const completedStatuses: readonly NotificationStatus[] = [
  'sent',
  'delivered',
  'failed',
  'technical-failure',
  'temporary-failure',
  'permanent-failure',
  'returned-letter',
  'cancelled',
  'validation-failed',
];

/** How letters end that are not printed, and so cost nothing (data sheet §1.1). */
export const neverSentStatuses: readonly NotificationStatus[] = [
  'cancelled',
  'technical-failure',
  'validation-failed',
  'virus-scan-failed',
];

/** Values that a list of notifications may be filtered by. */
export const statusFilters = [...notificationStatuses, 'accepted', 'received'] as const;

export type StatusFilter = (typeof statusFilters)[number];

/** The statuses that filters stand for: `failed`, `accepted` and `received` expand, whatever the type. */
export function expandStatusFilters(filters: readonly StatusFilter[]): NotificationStatus[] {
  return [
    ...new Set(
      filters.flatMap((filter): readonly NotificationStatus[] => {
        if (filter === 'failed') return failedStatuses;
        if (filter === 'accepted') return ['created', 'sending'];
        if (filter === 'received') return ['delivered'];
        return [filter];
      }),
    ),
  ];
}

const smsReceiptOutcomes: readonly NotificationStatus[] = [
  'pending',
  'delivered',
  'temporary-failure',
  'permanent-failure',
  'technical-failure',
];
const emailReceiptOutcomes: readonly NotificationStatus[] = ['delivered', 'temporary-failure', 'permanent-failure'];
const letterOutcomesOfSending: readonly NotificationStatus[] = [
  'delivered',
  'technical-failure',
  'returned-letter',
  'created',
  'permanent-failure',
];

/** The allowed moves (delivery sheet §7, table). What is not here is refused and counted. */
const moves: Readonly<Record<NotificationType, Partial<Record<NotificationStatus, readonly NotificationStatus[]>>>> = {
  sms: {
    created: ['sending', 'sent', ...smsReceiptOutcomes],
    sending: smsReceiptOutcomes,
    pending: smsReceiptOutcomes,
    sent: smsReceiptOutcomes,
    'technical-failure': ['created'],
  },
  email: {
    created: ['sending', 'technical-failure'],
    sending: emailReceiptOutcomes,
    pending: emailReceiptOutcomes,
    'technical-failure': ['created'],
  },
  letter: {
    created: ['sending', 'delivered', 'technical-failure', 'validation-failed', 'cancelled'],
    'pending-virus-check': [
      'created',
      'delivered',
      'validation-failed',
      'virus-scan-failed',
      'technical-failure',
      'cancelled',
    ],
    sending: letterOutcomesOfSending,
    delivered: ['returned-letter'],
    'technical-failure': ['created', 'cancelled'],
    'validation-failed': ['cancelled'],
    'virus-scan-failed': ['cancelled'],
  },
};

/** True when a notification of this type may move from one status to the other. */
export function canMove(type: NotificationType, from: NotificationStatus, to: NotificationStatus): boolean {
  return moves[type][from]?.includes(to) ?? false;
}

/** The statuses from which a notification of this type may move to `to`: the guard of a conditional UPDATE. */
export function sourcesOf(type: NotificationType, to: NotificationStatus): NotificationStatus[] {
  return notificationStatuses.filter((from) => canMove(type, from, to));
}
