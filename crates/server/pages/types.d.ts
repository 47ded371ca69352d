// What travels between the pages and the server. Only the type check reads this file.

export type Lang = 'ko' | 'en';
export type Values = Record<string, string | number>;

export interface Concert { concertId: number; title: string }
export interface Performance {
  concertOptionId: number; concert: Concert; concertDate: string; title: string; price: number; maxSeats: number;
  saleOpensAt: string; saleClosesAt: string; holdSeconds: number; maxSeatsPerUser: number; waitingQueueId: string;
  state: 'ON_SALE' | 'CLOSED' | 'CANCELLED';
}
export interface PageData {
  lang: Lang; zone: string; words: Record<string, string>; concert: Concert; room: string; passMinutes: number;
}
export interface Place {
  userId: string; tokenValue: string; position: number | null; validUntil: string | null; status: 'WAITING' | 'PROCESSING';
  etaSeconds: number | null; pollAfterMs: number | null; outlook: 'enough' | 'unlikely' | 'sold-out';
  number: number; joinedAt: string; paused: boolean; message: string | null;
}
export interface Seat { seatNumber: number; section: string | null; seatRow: string | null }
export interface Hold {
  temporalReservationId: number; concertOption: Performance; seats: Seat[]; amount: number; expireAt: string; createdAt: string;
}
export interface Booking {
  reservationId: number; temporalReservationId: number; transactionId: number; concertOption: Performance; seats: Seat[];
  createdAt: string; isTemporary?: false;
}
export interface Problem { code: string; detail?: string; seatNumbers?: number[]; retryAfterMs?: number }

/** An answer of the server; status 0: none came. */
export interface Answer<T> { status: number; body: T; problem: Problem | null; headers: Headers }

/** What the waiting page hands to the seats that come after it. */
export interface House {
  data: PageData; room: string; user: string;
  /** Every date ahead; empty until the seats are opened. */
  performances: Performance[];
  say(key: string, values?: Values): string;
  count(n: number): string;
  clock(at: number | Date, seconds?: boolean): string;
  now(): number;
  ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  announce(text: string, urgent?: boolean): void;
  place(): Promise<Answer<Place>>;
  leave(): Promise<Answer<null>>;
  stop(): void;
  join(): void;
  rejoin(): void;
  ended(code: string): void;
}
export interface Pass { token: string; validUntil: string | null }
