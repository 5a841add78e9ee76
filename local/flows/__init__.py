"""What fails without each declared flow: the record of ``make flows``, its page and the reasons for the rest."""
