#!/usr/bin/env bash
# Buys a seat with curl, from an empty balance to the refund, and prints every step.
#
#   usher serve --mode open                    # in another terminal
#   examples/buy-a-seat.sh [http://127.0.0.1:8080]
set -euo pipefail

house="${1:-http://127.0.0.1:8080}"
fan="fan-$$-$RANDOM"

# Asks, prints what was asked and answered, and leaves the answer in $answer. Anything but a 2xx ends the script.
pass=''
ask() {
  local says="$1" method="$2" path="$3" body="${4:-}"
  local args=(--silent --show-error --request "$method" --write-out '\n%{http_code}' --header "X-Queue-Token: $pass")
  if [ -n "$body" ]; then
    # A key of one's own makes a request safe to repeat: asked again, it has one effect and one answer.
    args+=(--header 'Content-Type: application/json' --header "Idempotency-Key: $fan-$method-$path" --data "$body")
  fi
  printf '\n# %s\n%s %s %s\n' "$says" "$method" "$path" "$body"
  local told
  told="$(curl "${args[@]}" "$house$path")"
  local status="${told##*$'\n'}"
  answer="${told%$'\n'*}"
  printf '%s %s\n' "$status" "$answer"
  if [ "${status:0:1}" != 2 ]; then
    echo "the house refused; its answer says why" >&2
    exit 1
  fi
}

# The first number of a member in the answer.
number() {
  if [[ "$answer" =~ \"$1\":([0-9]+) ]]; then
    echo "${BASH_REMATCH[1]}"
  else
    echo "the answer has no $1" >&2
    exit 1
  fi
}

# The first text of a member in the answer.
text() {
  if [[ "$answer" =~ \"$1\":\"([^\"]*)\" ]]; then
    echo "${BASH_REMATCH[1]}"
  else
    echo "the answer has no $1" >&2
    exit 1
  fi
}

tomorrow="$(date -u -d '+1 day' '+%Y-%m-%dT%H:%M:%SZ' 2>/dev/null || date -u -v+1d '+%Y-%m-%dT%H:%M:%SZ')"
now_ms="$(date +%s)000"

ask 'put money into the balance' PUT "/api/user-balance/charge/$fan" '{"amount":200000}'
ask 'make a concert' POST /api/concerts '{"title":"한강의 밤"}'
concert="$(number concertId)"
ask 'make a performance with 50 seats' POST "/api/concerts/$concert/options" \
  "{\"concertDate\":\"$tomorrow\",\"concertDuration\":\"PT2H\",\"title\":\"The first night\",\"price\":80000,\"maxSeats\":50}"
option="$(number concertOptionId)"
ask 'see its dates' GET "/api/availability/dates/$concert"
ask 'see its free seats' GET "/api/availability/seats/$option/$now_ms"
seat="$(number seatNumber)"
ask 'wait in line' POST /api/waiting-queue-token "{\"userId\":\"$fan\"}"
for _ in {1..60}; do
  [ "$(text status)" = PROCESSING ] && break
  sleep 1
  ask 'ask whether it is our turn' GET "/api/waiting-queue-token/$fan"
done
pass="$(text tokenValue)"
ask 'hold a seat' POST /api/reservations "{\"userId\":\"$fan\",\"concertOptionId\":$option,\"seatNumber\":$seat}"
hold="$(number temporalReservationId)"
ask 'pay for it, which books it' POST /api/user-balance/payment \
  "{\"userId\":\"$fan\",\"targetId\":\"$hold\",\"paymentMethod\":\"CREDIT_CARD\"}"
payment="$(number transactionId)"
ask 'see what is booked' GET "/api/reservations/status/$fan/$option"
ask 'see the payments' GET "/api/user-balance/payment/history/$fan"
ask 'see every movement of the balance' GET "/api/user-balance/histories/$fan"
ask 'take it back: money and seat' POST "/api/user-balance/payment/cancel/$payment" '{}'
ask 'see that the money is there again' GET "/api/user-balance/$fan"
[ "$(number amount)" = 200000 ] || { echo 'the refund is not in the balance' >&2; exit 1; }
printf '\nbought seat %s of performance %s and gave it back\n' "$seat" "$option"
