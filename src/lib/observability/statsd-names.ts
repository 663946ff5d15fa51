/** The names under which the reference's dashboards know things (delivery sheet §12, public API sheet §13). */

const endpointOfOperation: Readonly<Record<string, string>> = {
  sendSms: 'v2_notifications.post_notification',
  sendEmail: 'v2_notifications.post_notification',
  sendLetter: 'v2_notifications.post_precompiled_letter_notification',
  listNotifications: 'v2_notifications.get_notifications',
  getNotification: 'v2_notifications.get_notification_by_id',
  getLetterPdf: 'v2_notifications.get_pdf_for_notification',
  getTemplate: 'v2_template.get_template_by_id',
  getTemplateVersion: 'v2_template.get_template_by_id',
  previewTemplate: 'v2_template.post_template_preview',
  listTemplates: 'v2_templates.get_templates',
  listReceivedTexts: 'v2_inbound_sms.get_inbound_sms',
  unsubscribe: 'one_click_unsubscribe.one_click_unsubscribe',
  getStatus: 'status.show_status',
  postStatus: 'status.show_status',
  v1SendSms: 'notifications.send_notification',
  v1SendEmail: 'notifications.send_notification',
  v1ListNotifications: 'notifications.get_all_notifications',
  v1GetNotification: 'notifications.get_notification_by_id',
};

/** `<module>.<function>` of an operation of the API; null for one that the reference does not have. */
export function endpointName(operation: string | undefined): string | null {
  return operation !== undefined && Object.hasOwn(endpointOfOperation, operation)
    ? endpointOfOperation[operation]!
    : null;
}

/**
 * The functions that do in the reference what our statements do here. One statement may take the place of many calls: it
 * counts once for each row.
 */
const functionOfStatement: Readonly<Record<string, string>> = {
  insert_notifications: 'dao_create_notification',
  note_sent: 'dao_update_notification',
  write_receipt_moves: 'update_notification_status_by_id',
  find_notification_by_reference: 'update_notification_status_by_reference',
  find_notification: 'get_notification_by_id',
  find_notifications: 'get_notification_by_id',
  find_notification_of_service: 'get_notification_by_id',
  list_notifications_of_service: 'get_notifications_for_service',
  list_notifications_of_job: 'get_notifications_for_job',
};

/** Statements that are about as many notifications as they have rows. */
const batches = new Set(['insert_notifications', 'note_sent', 'write_receipt_moves', 'find_notifications']);

/** `dao.<function>` of a statement and how often it counts; null for one that the reference has no name for. */
export function daoCall({ name, rows }: { name: string; rows: number }): { function: string; count: number } | null {
  const count = batches.has(name) ? rows : 1;
  if (name.startsWith('update_notification_')) return { function: 'dao_update_notification', count };
  return Object.hasOwn(functionOfStatement, name) ? { function: functionOfStatement[name]!, count } : null;
}

/** The function that a task is called after; where the names differ, the seeds' one. */
export function taskFunction(task: string): string {
  return task === 'timeout-sending-notifications' ? 'timeout_notifications' : task.replaceAll('-', '_');
}
