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

/** The function that a task is called after; where the names differ, the seeds' one. */
export function taskFunction(task: string): string {
  return task === 'timeout-sending-notifications' ? 'timeout_notifications' : task.replaceAll('-', '_');
}
