"""Plans scenarios from the IR alone; the reference interpreter says what each must answer."""
