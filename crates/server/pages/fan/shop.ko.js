// What the seats, payment and booking say in Korean.

/** The same sentences as in English. @satisfies {Record<keyof typeof import('./shop.en.js').default, string>} */
const words = {
  turn: '차례가 왔어요.', choose: '이 시간 안에 좌석을 골라 잡아 주세요.', checking: '확인 중',
  whichDate: '어느 날로 할까요?', seatsFree: '{total}석 중 {free}석 남음', choosing: '고르기 ›', soldOut: '매진',
  opensAt: '{time}부터 판매', ended: '판매가 끝났어요', limitNote:
    '날짜마다 {n}석까지 살 수 있어요. 좌석을 잡으면 위 시간이 끝나도 결제할 시간 {m}분이 따로 있어요.',
  stepDate: '날짜', stepSeats: '좌석', stepPay: '결제', steps: '단계', back: '다른 날짜',
  passEnds: '고를 수 있는 시간', list: '목록', map: '지도', view: '좌석 보기', together: '붙은 {n}석 찾기', freeOf: '{total}석 중 {free}석 남음',
  block: '{a}~{b}번', blockFree: '{a}~{b}번 · 빈 좌석 {n}', change: '구역 바꾸기', stage: '무대', row: '{a}~{b}번', free: '빈 좌석 {n}',
  seat: '{n}번', seatState: '{n}번, {state}, {price}', state0: '빈 좌석', state1: '잡힘, 다시 나올 수 있어요', state2: '판매됨', state3: '판매하지 않음', mine: '내 좌석',
  legend: '지도의 표시', free0: '빈 좌석', yours: '내 좌석', held: '잡힘', sold: '판매됨',
  mapLabel: '좌석 지도. 화살표로 좌석 사이를 옮기고 Enter로 골라요. 더하기와 빼기로 확대하고 Esc로 내 좌석으로 가요.',
  zoomIn: '확대', zoomOut: '축소', yourSeats: '내 좌석', ofMost: '{n}석 · 최대 {m}석', remove: '빼기', removeSeat: '{n}번 빼기', total: '합계', times: '{price} × {n}',
  hold0: '잡을 좌석을 골라 주세요', hold: '1석 잡기', holdN: '{n}석 잡기', holding: '잡고 있어요', holdNote: '잡은 좌석은 결제하는 {m}분 동안 다른 분이 고를 수 없어요',
  holdNoteN: '잡은 좌석은 결제하는 {m}분 동안 다른 분이 고를 수 없어요', none: '지금은 빈 좌석이 없어요. 잡힌 좌석이 다시 나오면 이 화면에 바로 보여요.',
  taken: '{n}번은 방금 다른 분이 잡았어요.', takenN: '{n}번은 방금 다른 분이 잡았어요.', instead: '{n}번 고르기', insteadN: '{n}번 고르기', close: '닫기', most: '날짜마다 {n}석까지 살 수 있어요.',
  noTogether: '붙어 있는 빈 좌석 {n}석이 없어요.', back404: '좌석 보기',
  held0: '좌석을 잡아 뒀어요.', payWithin: '이 시간 안에 결제해 주세요.', toPay: '결제할 금액', balance: '내 잔액', after: '결제 뒤 잔액', pay: '잔액으로 {price} 결제', paying: '결제하고 있어요',
  refundable: '공연 시작 전까지 전액 환불돼요.', giveBack: '좌석 돌려주기', givingBack: '돌려주고 있어요', short: '잔액이 {price} 모자라요. 좌석은 {time} 더 잡아 둘게요.', topUp: '{price} 충전하기', toppingUp: '충전하고 있어요',
  booked: '예매했어요. 공연장에서 만나요.', seats: '좌석', booking: '예매 번호', bookedAt: '예매 시각', payment: '결제 번호', paidFrom: '결제 수단', fromBalance: '잔액', balanceNow: '남은 잔액',
  print: '영수증 저장·인쇄', mind: '마음이 바뀌었나요?', refund: '예매 취소하고 환불', refundAsk: '예매를 취소할까요? {price}이 잔액으로 돌아오고 좌석은 다시 판매돼요.', refundDo: '취소하고 환불', keep: '그대로 두기', refunding: '환불하고 있어요', until: '{time}까지 전액 환불돼요.',
  refunded: '{price}을 잔액으로 돌려드렸어요.', refundedTitle: '환불했어요', refundClosed: '공연이 시작돼 환불이 끝났어요.', again: '다시 줄 서기', released: '좌석을 돌려줬어요.',
  minute: '1분 남았어요. 고른 좌석은 그대로 보여요.', half: '30초 남았어요.',
  unknown: '결제가 됐는지 확인하고 있어요. 이 화면을 그대로 두세요. 두 번 결제되지 않아요.', sure: '좌석이 잡혔는지 확인하고 있어요. 이 화면을 그대로 두세요.',
  'try-again': '저장하지 못했어요. 돈은 나가지 않았어요.', payAgain: '다시 결제', offline: '연결이 끊겼어요. 바뀐 것은 없어요. 다시 해 주세요.',
  'hold-expired': '시간이 지나 좌석이 풀렸어요. 돈은 나가지 않았어요.', lookAgain: '같은 좌석 다시 보기', 'hold-released': '좌석을 돌려줬어요.', 'hold-not-found': '그런 좌석 잡기가 없어요.',
  'hold-limit-reached': '이 공연은 한 분이 {n}석까지 살 수 있어요. 이 좌석까지는 살 수 없어요.', 'sale-not-open': '{time}에 판매를 시작해요.', 'sale-closed': '판매가 끝났어요.', 'performance-cancelled': '이 공연은 취소됐어요.',
  'pass-of-another-user': '다른 분의 입장 정보예요. 내 계정으로 다시 들어와 주세요.', 'amount-mismatch': '금액이 바뀌었어요. 새 금액을 확인해 주세요.', 'already-paid': '이미 결제했어요.', see: '예매 보기', 'refund-closed': '공연이 시작돼 환불이 끝났어요.',
  'seat-not-found': '그런 좌석이 없어요.', other: '되지 않았어요 ({code}). 바뀐 것은 없어요.', retry: '다시 하기', ok: '확인',
};

export default words;
