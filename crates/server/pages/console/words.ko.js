// What the operator's pages say in Korean.

/** The same sentences as in English. @satisfies {Record<keyof typeof import('./words.en.js').default, string>} */
const words = {
  title: 'Usher 운영', every: '1초마다 갱신', room: '대기실 {room}', openedAt: '{time} 개시 · {ago} 경과', opensAt: '{time} 개시 예정', alwaysOpen: '개시됨',
  'theme-auto': '색: 시스템', 'theme-light': '색: 밝게', 'theme-dark': '색: 어둡게',
  seconds: '{n}초', minutesSeconds: '{m}분 {s}초', hoursMinutes: '{h}시간 {m}분', minutes: '{n}분', minutesRange: '{a}~{b}분', soon: '1분 안',
  holding: '순조롭습니다', watch: '지켜봐야 합니다', trouble: '문제가 있습니다', 'not-open': '개시 전', paused: '입장 일시 중지', 'sold-out': '매진', stale: '수치가 끊겼습니다',
  sellOutLater: '이 속도면 몇 시간 안에는 매진되지 않습니다.', sellOutAt: '이 속도면 {time}쯤 매진됩니다.', noSales: '지금은 판매되고 있지 않습니다.', reach: '좌석은 대기 중 앞쪽 약 {n}명까지 돌아갑니다.', reachAll: '좌석은 대기 중인 모두에게 돌아갑니다.', nobody: '기다리는 사람이 없습니다.',
  whyPaused: '{ago}째 멈춰 있습니다. {n}명의 순서는 그대로입니다.', whySoldOut: '좌석이 모두 팔렸거나 잡혀 있습니다. {n}명이 기다립니다.', whyNotOpen: '{n}명이 먼저 줄을 섰습니다.', whyStale: '마지막 수치는 {ago} 전입니다.',
  whyErrors: '최근 10초 응답의 {n} %가 서버 오류입니다.', whyStoring: '저장이 멈췄습니다. {n}초째 커밋이 없습니다.', whyCap: '유효 패스 {n}개가 한도 {m}개를 넘습니다.', whySlow: '{class} p99가 {ago}째 목표를 넘습니다 ({n} ms, 목표 {m}).',
  whyEvents: '이벤트 {n}건이 수신자를 기다립니다.', whyParked: '보류된 이벤트가 {n}건입니다.', whyFlow: '초당 {n}명이 들어갑니다. 한도는 초당 {m}명입니다.', noSeats: '이 대기실에는 판매 중인 좌석이 없습니다.',
  check1: '응답 시간', check2: '오류 0', check3: '저장', check4: '이벤트', check5: '한도 지킴', checkBad: '확인 필요',
  flow: '줄에서 좌석까지', waiting: '대기 중', people: '명', lastIn: '끝자리 예상', admits: '입장', passes: '유효 패스', holds: '선점', heldSeats: '잡힌 좌석', seats: '석', bookings: '예매', sold: '판매',
  ofSeats: '/ {n}석', revenue: '매출', perMinute: '분당 {n}', refunds: '환불 {n}', expired: '만료 {n}/초', perSecond: '{n}/초', bookingsCount: '예매 {n}건',
  line: '줄', limits: '입장을 정하는 것:', limitCap: '동시 입장 한도 {n}명', limitRate: '초당 입장 한도 {n}명', limitNobody: '기다리는 사람 없음', limitPaused: '일시 중지', limitOpens: '{time} 개시', waitingPeople: '대기 인원', admitted: '초당 입장', rateLimit: '한도 {n}', opening: '개시', noWaiting: '아직 아무도 기다리지 않습니다',
  figures: '수치 보기', time: '시각', lineSentence: '{n}명이 기다리고 초당 {m}명이 들어갑니다.',
  latency: '응답 시간', window: '최근 10초 · 단위 ms', kind: '종류', perSec: '요청/초', trend: 'p99, 5분', goal: '목표', poll: '줄 확인', join: '줄 서기', see: '좌석 조회', hold: '좌석 선점', pay: '결제', none: '요청 없음',
  refusals: '거절', lastMinute: '최근 1분 · 거절은 오류가 아닙니다', noRefusals: '거절 없음', serverErrors: '서버 오류',
  'seat-taken': '좌석 이미 나감', 'pass-required': '패스 없음', 'pass-not-active': '패스 끝남', 'hold-limit-reached': '1인 한도', 'insufficient-balance': '잔액 부족', 'hold-expired': '선점 만료', 'hold-released': '선점 반납됨', 'not-in-line': '줄에 없음', 'pass-used': '패스 사용됨', 'pass-expired': '패스 만료', 'left-line': '줄에서 나감', 'line-full': '줄 가득 참', 'line-closed': '줄 닫힘', 'poll-instead': '스트림은 앞쪽만', 'sale-not-open': '판매 전', 'sale-closed': '판매 끝남', 'invalid-request': '잘못된 요청', 'not-found': '없는 경로', 'balance-not-found': '잔액 없음', 'already-paid': '이미 결제', 'try-again': '잠시 뒤 다시', 'hold-not-found': '없는 선점', 'amount-mismatch': '금액 다름', 'pass-of-another-user': '다른 사람 패스', 'concert-not-found': '없는 콘서트', 'room-not-found': '없는 대기실', 'method-not-allowed': '다른 메서드',
  store: '저장과 이벤트', minute: '최근 1분', commit: '커밋', batch: '묶음 크기', orders: '대기 중 명령', events: '대기 이벤트', cpu: 'CPU', memory: '메모리', p99: 'p99 {n}', most: '건씩', parked: '보류 {n}', cores: '코어 하나 기준', noReceivers: '수신자 없음',
  controls: '대기실 제어', letting: '입장 중', pausedNow: '일시 중지', capLabel: '동시 입장 한도', rateLabel: '초당 입장 한도', opensLabel: '개시 시각', change: '바꾸기', personCount: '{n}명', now: '바로', pause: '입장 일시 중지…', resume: '입장 다시 시작…',
  askCap: '동시 입장 한도 {a} → {b}. {n}명은 그대로 두고, {b} 아래가 될 때까지 새로 들이지 않습니다.', askCapUp: '동시 입장 한도 {a} → {b}. 정해진 속도로 {n}명이 더 들어갈 수 있습니다.', askRate: '초당 입장 한도 {a}명 → {b}명. {n}명이 기다립니다.', askOpens: '개시 시각 {a} → {b}. {n}명의 순서는 그대로입니다.',
  askPause: '입장을 멈출까요? {n}명은 순서대로 기다리고, 유효 패스 {m}개는 계속 쓸 수 있습니다.', askResume: '입장을 다시 시작할까요? {n}명이 기다립니다. 팬에게 보이던 말은 사라집니다.', messageKo: '팬에게 보일 말 (한국어)', messageEn: '팬에게 보일 말 (영어)', do: '바꾸기', doPause: '입장 멈추기', doResume: '다시 시작', leaveIt: '그대로 두기', newValue: '새 값', failed: '바뀌지 않았습니다: {why}',
  look: '팬 조회', userId: '팬의 userId', enter: 'Enter', lookUp: '조회', why: '한 장으로 보기', unknownFan: '이 대기실에 {user}의 기록이 없습니다.',
  acts: '최근 조작', noActs: '이 화면에서 바꾼 것이 없습니다.', actCap: '동시 입장 한도 {a} → {b}', actRate: '초당 입장 한도 {a} → {b}', actOpens: '개시 시각 {b}', actPause: '입장 일시 중지', actResume: '입장 다시 시작', putBack: '되돌리기',
  whyTitle: '왜 그렇게 되었는지', whyAsk: '팬의 userId', backToConsole: '운영 화면', whyIntro: '{user}, 대기실 {room}, {day}', copy: '글로 복사', copied: '복사했습니다', failedRead: '읽지 못했습니다 ({why}).', retry: '다시',
  joined: '줄 섬', joinedMore: '순번 {number}', place: '지금: 앞에 {position}명', placeNext: '지금: 다음 차례', placeMore: '순번 {number}, 줄을 선 때부터 그대로', admitted0: '입장', admittedMore: '패스는 {until}까지 유효',
  left: '줄에서 나감', leftMore: '다시 서면 맨 뒤부터', 'pass-used0': '패스 사용됨', 'pass-usedMore': '예매하면 패스가 끝납니다', 'pass-expired0': '패스 만료', 'pass-expiredMore': '고를 시간이 끝났습니다', 'pass-withdrawn': '패스 회수', 'pass-withdrawnMore': '60초 안에 받아 가지 않았습니다. 돌아오면 바로 다음에 들어갑니다',
  held: '좌석 선점', heldMore: '{seats}번, {until}까지 결제', 'hold-released0': '선점 반납', 'hold-releasedMore': '{seats}번이 다시 나왔습니다', 'hold-expired0': '선점 만료', 'hold-expiredMore': '{seats}번이 풀렸고 결제되지 않았습니다', booked: '예매', bookedMore: '{seats}번, 예매 번호 {booking}', 'booking-cancelled': '예매 환불', 'booking-cancelledMore': '예매 번호 {booking}, 좌석이 다시 나왔습니다',
  charged: '잔액 충전', paid: '결제', used: '다른 곳에 사용', refunded: '환불', moneyMore: '{amount}, 그때 잔액 {after}', 'last-seat-sold': '마지막 좌석 판매', 'last-seat-soldMore': '이 대기실의 마지막 빈 좌석이 예매되었습니다', performance: '공연이 바뀜', performanceMore: '',
};

export default words;
