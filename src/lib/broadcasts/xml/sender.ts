/** Who sends every document (broadcasts sheet §5). */
export const broadcastSender = 'broadcasts@notifications.service.gov.uk';
