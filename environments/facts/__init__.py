"""Facts that several packages need, each stated once. A fact knows no environment: functions take plain values."""
