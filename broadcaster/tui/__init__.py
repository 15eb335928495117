"""The station's terminal: operators' whole day by keyboard. It visits the desk and changes nothing on the air by closing."""
