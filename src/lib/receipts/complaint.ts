/** A recipient said that an email was unwanted (delivery sheet §6.2). */
export interface Complaint {
  readonly id: string;
  readonly notificationId: string;
  readonly serviceId: string;
  readonly sesFeedbackId: string | null;
  readonly complaintType: string | null;
  readonly complaintDate: Date | null;
  readonly createdAt: Date;
}
